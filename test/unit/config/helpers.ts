import { buildConfig } from '../../../src/config/build-config.js';
import { fileLayer } from '../../../src/config/file-layer.js';
import { flagLayer } from '../../../src/config/flags.js';
import { Settings } from '../../../src/config/merge.js';
import { configWarnings, valueProblems } from '../../../src/config/validate.js';
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

/** What a configuration means, whether or not this version can do all of it. */
export function unchecked(toml: string, flags: ConfigFlags = {}): ResolvedConfig {
  const context = { home: HOME, cwd: '/work-dir' };
  const { layer, problems } = fileLayer({ text: toml, mode: 0o600 }, CONFIG, 'linux');
  const layers = [flagLayer(flags), layer];
  const wrong = [...problems, ...valueProblems(layers, context)];
  if (wrong.length > 0) throw new ConfigError(wrong);
  const settings = new Settings(layers, context);
  const source = { path: CONFIG, explicit: false, exists: true };
  const config = buildConfig(settings, new Settings([layer], context), source);
  return { config, settings, source, warnings: configWarnings(settings, NOW_MS) };
}
