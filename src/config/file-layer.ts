import type { ConfigProblem } from '../errors/config-errors.js';
import { isKeyName, TABLE_NAMES } from './keys.js';
import type { Entry, Layer } from './merge.js';
import { lineOfKey, parseToml, type FoundFile } from './toml-file.js';
import { adviceFor } from './unknown-keys.js';

/**
 * What the file sets, and what in it is no key at all (cli 2.2). Throws a ConfigError when the text is
 * not TOML.
 */
export function fileLayer(
  file: FoundFile,
  path: string,
  platform: NodeJS.Platform,
): { layer: Layer; problems: ConfigProblem[] } {
  const entries: Entry[] = [];
  const problems: ConfigProblem[] = [];
  const report = (code: string, key: string, message: string) => {
    problems.push({ code, key, line: lineOfKey(file.text, key), message });
  };
  const walk = (table: Readonly<Record<string, unknown>>, prefix: string) => {
    for (const [name, raw] of Object.entries(table)) {
      const key = prefix + name;
      if (isKeyName(key)) {
        const line = lineOfKey(file.text, key);
        entries.push({
          key,
          raw,
          origin: { kind: 'file', path, ...(line === undefined ? {} : { line }) },
        });
      } else if (TABLE_NAMES.has(key)) {
        if (isTable(raw)) walk(raw, `${key}.`);
        else
          report(
            'CONFIG_INVALID_VALUE',
            key,
            `${key} must be a table: write [${key}] above its keys.`,
          );
      } else if (key === 'auth.password') {
        report('CONFIG_PASSWORD_IN_FILE', key, passwordAdvice(file.mode, path, platform));
      } else {
        const kind = isTable(raw) ? 'table' : 'key';
        report('CONFIG_UNKNOWN_KEY', key, `${key} is not a known ${kind}: ${adviceFor(key)}`);
      }
    }
  };
  walk(parseToml(file.text, path), '');
  return { layer: { entries }, problems: problems.map(withFullStop) };
}

function isTable(raw: unknown): raw is Readonly<Record<string, unknown>> {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw) && !(raw instanceof Date);
}

function passwordAdvice(mode: number, path: string, platform: NodeJS.Platform): string {
  const readable =
    platform !== 'win32' && (mode & 0o077) !== 0
      ? ` Other users of this machine can read the file now; close it with chmod 600 ${path}.`
      : '';
  return (
    'auth.password is not accepted, because files get copied and shared: remove it and set ' +
    `ICLOUD_PASSWORD, or name auth.password_file or auth.password_command.${readable}`
  );
}

function withFullStop(problem: ConfigProblem): ConfigProblem {
  return { ...problem, message: problem.message.replace(/([^.?!])$/, '$1.') };
}
