import { readFile, unlink } from 'node:fs/promises';
import { KeiError } from '../errors/index.js';
import { writeFileAtomically } from '../platform/atomic-write.js';

const FIRST_WAIT_MS = 300_000;
const LONGEST_WAIT_MS = 6 * 3_600_000;

/** Until when the photos are left in peace, and how often in a row that was needed. */
export interface CoolDown {
  /** ms since 1970. */
  readonly notBefore: number;
  readonly times: number;
}

/**
 * True for what only patience cures: every further request may prolong it (protocol 4.9, 9). A 503
 * that names no code is an outage, which a later run may find over.
 */
export function wantsCoolDown({ code, facts }: KeiError): boolean {
  if (code === 'CLOUDKIT_ACCESS_DENIED') return true;
  const isNamed = facts['serverCode'] !== undefined || facts['status'] === 429;
  return code === 'CLOUDKIT_THROTTLED' && isNamed;
}

/**
 * The pause after a command that iCloud slowed down until it gave up: 5 minutes, doubling to six
 * hours, never less than iCloud asked for. `scale` shortens it like every wait (D28).
 */
export function nextCoolDown(
  before: CoolDown | undefined,
  error: KeiError,
  nowMs: number,
  scale: number,
): CoolDown {
  const times = (before?.times ?? 0) + 1;
  const wish = error.facts['retryAfterMs'];
  const waitMs = Math.min(FIRST_WAIT_MS * 2 ** (times - 1), LONGEST_WAIT_MS);
  const longest = Math.max(waitMs, typeof wish === 'number' ? wish : 0);
  return { notBefore: nowMs + longest * scale, times };
}

/** The stored pause; none where there is no file, or nothing that makes sense. */
export async function readCoolDown(path: string): Promise<CoolDown | undefined> {
  try {
    const stored: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof stored !== 'object' || stored === null) return undefined;
    const { notBefore, times } = stored as Partial<Record<keyof CoolDown, unknown>>;
    if (typeof notBefore !== 'number' || typeof times !== 'number') return undefined;
    return { notBefore, times };
  } catch {
    return undefined;
  }
}

/** Keeps the pause for the next command; `undefined` ends it. */
export async function writeCoolDown(path: string, coolDown: CoolDown | undefined): Promise<void> {
  if (coolDown !== undefined) await writeFileAtomically(path, JSON.stringify(coolDown));
  else await unlink(path).catch(() => undefined);
}

/**
 * Refuses to ask iCloud before the pause is over. One further away than any pause lasts comes from a
 * clock that was wrong, and does not count.
 *
 * @throws `CLOUDKIT_COOL_DOWN` (exit 1) with the time.
 */
export function requireCooledDown(coolDown: CoolDown | undefined, nowMs: number): void {
  if (coolDown === undefined) return;
  const leftMs = coolDown.notBefore - nowMs;
  if (leftMs <= 0 || leftMs > LONGEST_WAIT_MS) return;
  const time = new Date(coolDown.notBefore).toISOString();
  throw new KeiError({
    code: 'CLOUDKIT_COOL_DOWN',
    kind: 'blocked',
    message: `iCloud asked kei to slow down; it will not be asked again before ${time}.`,
    hint: 'Wait until then: every try may prolong the block.',
    facts: { notBefore: coolDown.notBefore },
  });
}
