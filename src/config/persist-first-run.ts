import { readVariable, type Env } from './env.js';
import { KEYS, writeValue, type KeyName } from './keys.js';
import type { ResolvedConfig } from './resolve.js';
import { tomlDocument, tomlText } from './toml-text.js';

const HEADER = `# Written by kei after its first successful start. Edit it freely: kei never overwrites it.
# kei.example.toml explains every key. Passwords do not belong here.
`;

/** What a first configuration holds besides the header, each only if it is set (cli 2.7). */
const AUTH_KEYS = [
  'auth.username',
  'auth.domain',
  'auth.password_file',
  'auth.password_command',
] as const satisfies readonly KeyName[];

/** The minimal file of a first run: what this start was told, and no password. */
export function firstRunText({ settings }: ResolvedConfig): string {
  const line = (key: KeyName) => {
    const written = writeValue(key, settings.value(key));
    const differs = JSON.stringify(written) !== JSON.stringify(writeValue(key, KEYS[key].fallback));
    const name = key.slice(key.lastIndexOf('.') + 1);
    return written === undefined || !differs ? [] : [[name, tomlText(written)] as const];
  };
  const body = tomlDocument(
    [
      { name: '', lines: settings.origin('data_dir').kind === 'env' ? line('data_dir') : [] },
      { name: 'auth', lines: AUTH_KEYS.flatMap(line) },
      { name: 'download', lines: line('download.directory') },
    ].filter(({ lines }) => lines.length > 0),
  );
  return body === '' ? HEADER : `${HEADER}\n${body}`;
}

/**
 * Writes the first configuration (cli 2.7) when `--config` named a file that did not exist. `create`
 * must make a new file of mode 0600 and fail if one is there by now. A failure is a warning, returned;
 * undefined means that all is well.
 */
export async function persistFirstRun(
  resolved: ResolvedConfig,
  env: Env,
  create: (path: string, text: string) => Promise<void>,
): Promise<string | undefined> {
  const { source } = resolved;
  const disabled = readVariable(env, 'KEI_NO_AUTO_CONFIG') === '1';
  if (!source.explicit || source.exists || disabled) return undefined;
  try {
    await create(source.path, firstRunText(resolved));
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `The configuration could not be saved as ${source.path}: ${why}`;
  }
}
