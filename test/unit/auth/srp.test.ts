import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { derivePasswordKey, type PasswordProtocol } from '../../../src/auth/password-key.js';
import { SrpExchange } from '../../../src/auth/srp-client.js';
import { GROUP_DIGEST, k, pad } from '../../../src/auth/srp-group.js';

interface Vector {
  readonly name: string;
  readonly protocol: PasswordProtocol;
  readonly accountName: string;
  readonly password: string;
  readonly iterations: number;
  readonly saltHex: string;
  readonly aHex: string;
  readonly derivedKeyHex: string;
  readonly AHex: string;
  readonly ABase64: string;
  readonly BBase64: string;
  readonly KBase64: string;
  readonly M1Base64: string;
  readonly M2Base64: string;
  readonly unpaddedVariantMatches: boolean;
  readonly unpaddedVariantM1Base64: string;
  readonly wrongPassword: { readonly password: string; readonly M1Base64: string };
}

const file = new URL('../../vectors/srp.json', import.meta.url);
const { vectors, rejectCases } = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly vectors: readonly Vector[];
  readonly rejectCases: readonly { readonly name: string; readonly BBase64: string }[];
};

const hex = (text: string) => Buffer.from(text, 'hex');

async function prove(vector: Vector, password = vector.password) {
  const salt = hex(vector.saltHex);
  const exchange = new SrpExchange(hex(vector.aHex));
  const passwordKey = await derivePasswordKey(
    Buffer.from(password, 'utf8'),
    vector.protocol,
    salt,
    vector.iterations,
  );
  const proof = exchange.prove({
    accountName: vector.accountName,
    salt,
    serverPublic: Buffer.from(vector.BBase64, 'base64'),
    passwordKey,
  });
  if (proof === undefined) throw new Error('refused');
  return { exchange, passwordKey, proof };
}

describe('protocol 2.10: SRP vectors', () => {
  it.each(vectors.map((vector) => [vector.name, vector] as const))('%s', async (_name, vector) => {
    const { exchange, passwordKey, proof } = await prove(vector);
    expect(passwordKey.toString('hex')).toBe(vector.derivedKeyHex);
    expect(exchange.publicKey.toString('base64')).toBe(vector.ABase64);
    expect(exchange.publicKey).toHaveLength(256);
    expect(proof.sessionKey.toString('base64')).toBe(vector.KBase64);
    expect(proof.m1.toString('base64')).toBe(vector.M1Base64);
    expect(proof.m2.toString('base64')).toBe(vector.M2Base64);
    if (!vector.unpaddedVariantMatches) {
      expect(proof.m1.toString('base64')).not.toBe(vector.unpaddedVariantM1Base64);
    }
  });

  it.each(vectors.map((vector) => [vector.name, vector] as const))(
    '%s with a wrong password',
    async (_name, vector) => {
      const { proof } = await prove(vector, vector.wrongPassword.password);
      expect(proof.m1.toString('base64')).toBe(vector.wrongPassword.M1Base64);
    },
  );

  it.each(rejectCases.map((reject) => [reject.name, reject.BBase64] as const))(
    'protocol 2.4: refuses %s',
    (_name, b) => {
      const proof = new SrpExchange(Buffer.alloc(32, 7)).prove({
        accountName: 'jane.appleseed@example.com',
        salt: Buffer.alloc(16),
        serverPublic: Buffer.from(b, 'base64'),
        passwordKey: Buffer.alloc(32),
      });
      expect(proof).toBeUndefined();
    },
  );
});

it('protocol 2.2: the constants of the group', () => {
  expect(k.toString(16).padStart(64, '0')).toBe(
    '05b9e8ef059c6b32ea59fc1d322d37f04aa30bae5aa9003b8321e21ddb04e300',
  );
  expect(GROUP_DIGEST.toString('hex')).toBe(
    'a2b80ee3d957ede6b072f76f67415f3d1a7158bb8f0e765e34d87844031acc9c',
  );
  expect(pad(1n)).toHaveLength(256);
});
