import { ConfigError } from '../errors/config-errors.js';
import { removedVariablesNote, type Env } from './env.js';
import type { ResolvedConfig } from './resolve.js';

/** The Apple ID, for every command that touches an account or its files (cli 2.4). */
export function requireUsername(resolved: ResolvedConfig, env: Env): string {
  const { username } = resolved.config.auth;
  if (username !== undefined) return username;
  throw missing(resolved, env, {
    key: 'auth.username',
    what: 'No Apple ID is configured (auth.username).',
    remedy:
      `Set username in the [auth] section of ${resolved.source.path}, or the environment variable ` +
      'ICLOUD_USERNAME.',
  });
}

/** The download folder, absolute, for every command that writes or reads photos (cli 2.4). */
export function requireDirectory(resolved: ResolvedConfig, env: Env): string {
  const { directory } = resolved.config.download;
  if (directory !== undefined) return directory;
  throw missing(resolved, env, {
    key: 'download.directory',
    what: 'No download folder is configured (download.directory).',
    remedy: `Set directory in the [download] section of ${resolved.source.path}.`,
  });
}

function missing(
  { source }: ResolvedConfig,
  env: Env,
  { key, what, remedy }: { key: string; what: string; remedy: string },
): ConfigError {
  const note = removedVariablesNote(env);
  const message = note === undefined ? what : `${what} ${note}`;
  return new ConfigError([{ code: 'CONFIG_MISSING', key, message }], {
    path: source.path,
    hint: remedy,
  });
}
