import { KEYS, KEY_NAMES } from './keys.js';
import type { Layer } from './merge.js';

export type Env = Readonly<Record<string, string | undefined>>;

/** What the environment sets (cli 3.1). A variable that is set to nothing counts as unset. */
export function envLayer(env: Env): Layer {
  const entries = KEY_NAMES.flatMap((key) => {
    const name = KEYS[key].env;
    const raw = name === undefined ? undefined : readVariable(env, name);
    return name === undefined || raw === undefined
      ? []
      : [{ key, raw, origin: { kind: 'env', name } as const }];
  });
  const password = readVariable(env, 'ICLOUD_PASSWORD');
  if (password === undefined) return { entries };
  return {
    entries,
    password: {
      kind: 'direct',
      origin: { kind: 'env', name: 'ICLOUD_PASSWORD' },
      reveal: () => password,
    },
  };
}

/** The value of a variable, unless it is unset or empty. */
export function readVariable(env: Env, name: string): string | undefined {
  return env[name] === '' ? undefined : env[name];
}

/** Variables that once were settings and are ignored since 0.20 (cli 3.3). */
export const REMOVED_VARIABLES: readonly string[] = [
  'KEI_DOWNLOAD_DIR',
  'KEI_DIRECTORY',
  'KEI_FOLDER_STRUCTURE',
  'KEI_FOLDER_STRUCTURE_ALBUMS',
  'KEI_FOLDER_STRUCTURE_SMART_FOLDERS',
  'KEI_ALBUM',
  'KEI_EXCLUDE_ALBUM',
  'KEI_LIBRARY',
  'KEI_SKIP_VIDEOS',
  'KEI_SKIP_PHOTOS',
  'KEI_THREADS',
  'KEI_THREADS_NUM',
  'KEI_BANDWIDTH_LIMIT',
  'KEI_TEMP_SUFFIX',
  'KEI_MAX_RETRIES',
  'KEI_MAX_DOWNLOAD_ATTEMPTS',
  'KEI_WATCH_WITH_INTERVAL',
  'KEI_NOTIFY_SYSTEMD',
  'KEI_PID_FILE',
  'KEI_RECONCILE_EVERY_N_CYCLES',
  'KEI_NOTIFICATION_SCRIPT',
  'KEI_REPORT_JSON',
  'KEI_METRICS_PORT',
];

/** A sentence that names the ignored variables which are set, when a required setting is missing. */
export function removedVariablesNote(env: Env): string | undefined {
  const found = REMOVED_VARIABLES.filter((name) => readVariable(env, name) !== undefined);
  if (found.length === 0) return undefined;
  const verb = found.length === 1 ? 'is' : 'are';
  return (
    `${found.join(', ')} ${verb} set but ignored since 0.20: ` +
    'put the setting in the configuration file (docs/configuration.md, "Renamed and removed").'
  );
}
