import type { TomlValue } from './value-types.js';

/** A value in TOML; integers without separators (D21). */
export function tomlText(value: TomlValue): string {
  if (typeof value === 'string') return tomlString(value);
  if (typeof value === 'object') return `[${value.map(tomlString).join(', ')}]`;
  return String(value);
}

/** JSON's escapes are TOML's, except that TOML wants one for DEL too. */
function tomlString(value: string): string {
  return JSON.stringify(value).replaceAll('\u007f', '\\u007f');
}

/** One `[table]` with its lines, in which the values are TOML already. */
export interface TomlTable {
  /** Dotted; empty for the top level. */
  readonly name: string;
  readonly lines: readonly (readonly [key: string, value: string])[];
}

/** The tables as a document, with an empty line between them. */
export function tomlDocument(tables: readonly TomlTable[]): string {
  return tables
    .map(({ name, lines }) =>
      [...(name === '' ? [] : [`[${name}]`]), ...lines.map(([key, value]) => `${key} = ${value}`)]
        .map((line) => `${line}\n`)
        .join(''),
    )
    .filter((table) => table !== '')
    .join('\n');
}
