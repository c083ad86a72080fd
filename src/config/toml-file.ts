import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import toml from '@iarna/toml';
import { ConfigError } from '../errors/config-errors.js';
import { expandPath } from './value-types.js';

/** The file as it stands on the disk; `mode` are its permission bits. */
export interface FoundFile {
  readonly text: string;
  readonly mode: number;
}

/** The two questions that finding a configuration asks of the disk. */
export interface ConfigFiles {
  /** Undefined when there is no such file; rejects when it is there and cannot be read. */
  read(path: string): Promise<FoundFile | undefined>;
  isDirectory(path: string): Promise<boolean>;
}

/** Which file the configuration comes from (cli 2.1). */
export interface ConfigSource {
  readonly path: string;
  /** Named by `--config` or `KEI_CONFIG`, and not one of the two default places. */
  readonly explicit: boolean;
  readonly exists: boolean;
}

/** The disk as it is. */
export const diskConfigFiles: ConfigFiles = {
  read: async (path) => {
    try {
      const [bytes, { mode }] = [await readFile(path), await stat(path)];
      return { text: decode(bytes, path), mode: mode & 0o777 };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw unreadable(path, error);
    }
  },
  isDirectory: async (path) => {
    try {
      return (await stat(path)).isDirectory();
    } catch {
      return false;
    }
  },
};

export const CONTAINER_CONFIG = '/config/config.toml';

/** `~/.config/kei/config.toml`, on every platform (cli 2.1). */
export function defaultConfigPath(home: string): string {
  return join(home, '.config', 'kei', 'config.toml');
}

/**
 * Finds the configuration file (cli 2.1). Throws a ConfigError when it is named but neither it nor
 * its folder exists, or when it cannot be read.
 */
export async function findConfigFile(options: {
  readonly named: string | undefined;
  readonly home: string;
  readonly cwd: string;
  readonly files: ConfigFiles;
}): Promise<{ source: ConfigSource; file: FoundFile | undefined }> {
  const { named, home, cwd, files } = options;
  const standard = defaultConfigPath(home);
  const path = named === undefined ? standard : expandPath(named, { home, cwd });
  if (path !== standard && named !== CONTAINER_CONFIG) {
    const file = await files.read(path);
    if (file === undefined && !(await files.isDirectory(dirname(path)))) {
      throw new ConfigError(
        [
          {
            code: 'CONFIG_NOT_FOUND',
            message: `The configuration ${path} does not exist, and neither does its folder.`,
          },
        ],
        { path, hint: 'Check the path given by --config or KEI_CONFIG.' },
      );
    }
    return { source: { path, explicit: true, exists: file !== undefined }, file };
  }
  for (const candidate of [standard, CONTAINER_CONFIG]) {
    const file = await files.read(candidate);
    if (file !== undefined) {
      return { source: { path: candidate, explicit: false, exists: true }, file };
    }
  }
  return { source: { path: standard, explicit: false, exists: false }, file: undefined };
}

/**
 * Parses TOML 1.0. Throws a ConfigError `CONFIG_SYNTAX` with line and column; the parser's own
 * excerpt of the text is dropped, because it may show a password.
 */
export function parseToml(text: string, path: string): Readonly<Record<string, unknown>> {
  try {
    return toml.parse(text);
  } catch (error) {
    const { line, column, what } = syntaxError(error);
    const where = line === undefined ? '' : ` at line ${line}, column ${column ?? 1}`;
    throw new ConfigError(
      [{ code: 'CONFIG_SYNTAX', message: `${path} is not valid TOML${where}: ${what}.` }],
      { path, hint: 'Text values need quotes, and each key may stand once in its [section].' },
    );
  }
}

function syntaxError(error: unknown): { line?: number; column?: number; what: string } {
  const message = error instanceof Error ? error.message : String(error);
  const [what = ''] = message.split(/ at row \d+, col \d+/);
  if (error === null || typeof error !== 'object') return { what };
  const position = (name: string): number | undefined => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === 'number' ? value + 1 : undefined;
  };
  const [line, column] = [position('line'), position('col')];
  return {
    what: what.split('\n')[0] ?? what,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
}

/**
 * The line (from 1) where a dotted key is set, found by a search of the text (D21): the parser gives
 * no positions for values. Where an inline table holds the key, the line of that table.
 */
export function lineOfKey(text: string, dottedKey: string): number | undefined {
  const wanted = dottedKey.split('.');
  let table: readonly string[] = [];
  let best: { line: number; depth: number } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const header = /^\s*\[\[?([^\]]+)\]/.exec(line);
    const key =
      header?.[1] ??
      /^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=/.exec(line)?.[1];
    if (key === undefined) continue;
    const parts = key.split('.').map((part) => part.trim().replace(/^(["'])(.*)\1$/, '$2'));
    const full = header === null ? [...table, ...parts] : parts;
    if (header !== null) table = parts;
    const matches = full.every((part, at) => part === wanted[at]);
    if (matches && full.length > (best?.depth ?? 0)) best = { line: index + 1, depth: full.length };
  }
  return best?.line;
}

function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new ConfigError([{ code: 'CONFIG_SYNTAX', message: `${path} is not UTF-8 text.` }], {
      path,
      hint: 'Save the file as UTF-8.',
      cause: error,
    });
  }
}

function isMissing(error: unknown): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ENOENT' || error.code === 'ENOTDIR')
  );
}

function unreadable(path: string, error: unknown): unknown {
  if (error instanceof ConfigError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return new ConfigError(
    [{ code: 'CONFIG_UNREADABLE', message: `The configuration ${path} cannot be read: ${code}.` }],
    { path, hint: 'Check that it is a file and that this user may read it.', cause: error },
  );
}
