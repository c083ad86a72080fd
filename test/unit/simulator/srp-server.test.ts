import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { enroll, pad, SrpChallenge, toNumber } from '../../../src/simulator/srp-server.js';

interface Vector {
  name: string;
  protocol: 's2k' | 's2k_fo';
  accountName: string;
  password: string;
  iterations: number;
  saltHex: string;
  bHex: string;
  verifierHex: string;
  ABase64: string;
  BBase64: string;
  SHex: string;
  KBase64: string;
  M1Base64: string;
  M2Base64: string;
  unpaddedVariantM1Base64: string;
  wrongPassword: { M1Base64: string };
}

const { vectors } = JSON.parse(
  readFileSync(new URL('../../vectors/srp.json', import.meta.url), 'utf8'),
) as { vectors: Vector[] };

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('protocol 2.10: every vector', () => {
  it.each(vectors.map((vector) => [vector.name, vector] as const))('%s', (_name, vector) => {
    const verifier = enroll(
      vector.password,
      hex(vector.saltHex),
      vector.iterations,
      vector.protocol,
    );
    expect(pad(verifier.v).toString('hex')).toBe(vector.verifierHex);
    const A = Buffer.from(vector.ABase64, 'base64');
    const srp = new SrpChallenge(verifier, A, toNumber(hex(vector.bHex)));
    expect(srp.B.toString('base64')).toBe(vector.BBase64);
    expect(pad(srp.sharedSecret()).toString('hex')).toBe(vector.SHex);
    const proofs = srp.proofs(vector.accountName);
    expect(proofs).toHaveLength(1);
    expect(proofs[0]?.m1.toString('base64')).toBe(vector.M1Base64);
    expect(proofs[0]?.m2.toString('base64')).toBe(vector.M2Base64);
    expect(proofs[0]?.k.toString('base64')).toBe(vector.KBase64);
    expect(proofs[0]?.m1.toString('base64')).not.toBe(vector.wrongPassword.M1Base64);
    const lenient = srp.proofs(vector.accountName, true).map(({ m1 }) => m1.toString('base64'));
    expect(lenient).toContain(vector.unpaddedVariantM1Base64);
  });
});

describe('challenges', () => {
  const verifier = enroll('pw', Buffer.alloc(16, 1), 1000, 's2k');
  const A = Buffer.alloc(256, 3);

  it('finds a B with or without a leading zero', () => {
    for (const wanted of [true, false]) {
      const { B } = new SrpChallenge(verifier, A, 12345n, wanted);
      expect(B).toHaveLength(256);
      expect(B[0] === 0).toBe(wanted);
    }
  });

  it('refuses an A that is zero', () => {
    expect(() => new SrpChallenge(verifier, Buffer.alloc(256), 5n)).toThrow(RangeError);
  });
});
