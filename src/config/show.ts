import { KEYS, KEY_NAMES, TABLE_NAMES, writeValue, type KeyName } from './keys.js';
import type { ResolvedConfig } from './resolve.js';
import { tomlDocument, tomlText } from './toml-text.js';

const ALWAYS_KEYS: ReadonlySet<KeyName> = new Set<KeyName>([
  'download.folder_structure',
  'download.threads',
  'download.retry.per_transfer',
  'server.port',
]);
const ALWAYS_TABLES: ReadonlySet<string> = new Set(['auth', 'filters', 'photos']);

/** About this machine and this run rather than about the backup. */
const NEVER_KEYS: ReadonlySet<KeyName> = new Set<KeyName>(['data_dir', 'log_level']);

/**
 * `kei config show` (cli 2.8): the settings that differ from their defaults, and a few that are always
 * worth seeing, as TOML that kei reads again. No password and nothing that a flag set.
 */
export function showConfig({ config, settings }: ResolvedConfig): string {
  const shown = KEY_NAMES.flatMap((key) => {
    // The one default that depends on another setting (cli 2.4).
    const value = key === 'download.threads' ? config.download.threads : settings.value(key);
    const written = settings.origin(key).kind === 'flag' ? undefined : writeValue(key, value);
    const standard = writeValue(key, KEYS[key].fallback);
    const differs = JSON.stringify(written) !== JSON.stringify(standard);
    return written === undefined || NEVER_KEYS.has(key) || (!differs && !ALWAYS_KEYS.has(key))
      ? []
      : [{ table: tableOf(key), key: leafOf(key), text: tomlText(written) }];
  });
  const tables = [...TABLE_NAMES].map((name) => ({
    name,
    lines: shown
      .filter((line) => line.table === name)
      .map((line) => [line.key, line.text] as const),
  }));
  return tomlDocument(
    tables.filter(({ name, lines }) => lines.length > 0 || ALWAYS_TABLES.has(name)),
  );
}

function tableOf(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf('.')));
}

function leafOf(key: string): string {
  return key.slice(key.lastIndexOf('.') + 1);
}
