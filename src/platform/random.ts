import { randomBytes, randomUUID } from 'node:crypto';

/** Randomness, passed in so that tests can seed it. */
export interface Random {
  bytes(count: number): Buffer;
  uuid(): string;
  /** A number in [0, 1), for jitter. */
  unit(): number;
}

export const systemRandom: Random = {
  bytes: (count) => randomBytes(count),
  uuid: () => randomUUID(),
  unit: () => Math.random(),
};
