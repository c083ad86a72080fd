import type { ConfigProblem } from '../errors/config-errors.js';
import type { KeyName } from './keys.js';
import type { Entry, Settings } from './merge.js';

/** The problem with one entry of one source: key, value, then a sentence without its full stop. */
export function entryProblem(entry: Entry, code: string, sentence: string): ConfigProblem {
  const { key, raw, origin } = entry;
  const name = origin.kind === 'flag' || origin.kind === 'env' ? origin.name : key;
  // A command line may carry a token, and a path to a password is nobody's business either.
  const value = key.startsWith('auth.password') ? '' : ` = ${showRaw(raw)}`;
  return {
    code,
    key,
    line: origin.kind === 'file' ? origin.line : undefined,
    onCommandLine: origin.kind === 'flag',
    message: `${name}${value}: ${sentence}.`,
  };
}

/** The same for the source of a key that won, or for its default. */
export function problemWith(
  settings: Settings,
  key: KeyName,
  code: string,
  sentence: string,
): ConfigProblem {
  const origin = settings.origin(key);
  return origin.kind === 'default'
    ? { code, key, message: `${key}: ${sentence}.` }
    : entryProblem({ key, raw: settings.raw(key), origin }, code, sentence);
}

/** A raw value as it would stand in the file, cut to a length that a message can take. */
function showRaw(raw: unknown): string {
  if (raw instanceof Date) return raw.toISOString();
  if (typeof raw === 'bigint') return raw.toString();
  if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return '{ … }';
  const shown = JSON.stringify(raw, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return shown.length > 200 ? `${shown.slice(0, 200)}…` : shown;
}
