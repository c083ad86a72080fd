import { ConfigError } from '../../../src/errors/config-errors.js';
import { resolveConfig, type ResolvedConfig } from '../../../src/config/resolve.js';
import type { ConfigFiles } from '../../../src/config/toml-file.js';
import type { ConfigFlags } from '../../../src/config/types.js';

export const HOME = '/home/ann';
export const CONFIG = '/home/ann/.config/kei/config.toml';
export const NOW_MS = Date.UTC(2026, 0, 15);

export interface Given {
  readonly toml?: string;
  readonly flags?: ConfigFlags;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: NodeJS.Platform;
  readonly mode?: number;
  readonly checkTemplate?: (kind: string, template: string) => string | undefined;
}

/** Files that exist only here. */
export function filesAt(
  texts: Readonly<Record<string, string>>,
  folders: readonly string[] = [],
  mode = 0o600,
): ConfigFiles {
  return {
    read: async (path) => {
      const text = texts[path];
      return text === undefined ? undefined : { text, mode };
    },
    isDirectory: async (path) => folders.includes(path),
  };
}

export function resolveGiven(given: Given = {}): Promise<ResolvedConfig> {
  return resolveConfig({
    flags: given.flags ?? {},
    env: given.env ?? {},
    home: HOME,
    cwd: '/work-dir',
    platform: given.platform ?? 'linux',
    nowMs: NOW_MS,
    checkTemplate: given.checkTemplate ?? (() => undefined),
    files: filesAt(given.toml === undefined ? {} : { [CONFIG]: given.toml }, [], given.mode),
  });
}

export async function configErrorOf(given: Given): Promise<ConfigError> {
  try {
    await resolveGiven(given);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}
