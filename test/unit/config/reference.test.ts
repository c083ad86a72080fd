import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { REMOVED_VARIABLES } from '../../../src/config/env.js';
import { KEYS, KEY_NAMES, writeValue, type KeyName } from '../../../src/config/keys.js';
import { tomlText } from '../../../src/config/toml-text.js';
import { RENAMED_KEYS } from '../../../src/config/unknown-keys.js';

interface Row {
  readonly key: string;
  readonly value: string;
  readonly standard: string;
  readonly elsewhere: string;
  readonly meaning: string;
}

function keyRows(page: string): Row[] {
  let table = '';
  return page.split('\n').flatMap((line) => {
    const heading = /^### (?:Top level|`\[(.+)\]`)$/.exec(line);
    if (heading !== null) table = heading[1] === undefined ? '' : `${heading[1]}.`;
    if (line.startsWith('## ')) table = '';
    const cells = line.split('|').map((cell) => cell.trim());
    const name = /^`([a-z_]+)`$/.exec(cells[1] ?? '')?.[1];
    if (cells.length !== 7 || name === undefined) return [];
    const [, , value = '', standard = '', elsewhere = '', meaning = ''] = cells;
    return [{ key: table + name, value, standard, elsewhere, meaning }];
  });
}

function expectedRow(key: KeyName): Omit<Row, 'meaning'> {
  const { type, fallback, env, flag } = KEYS[key];
  // An absent list of albums is written as an empty one, and means more than that (cli 4.3).
  const written = writeValue<KeyName>(key, fallback);
  const unset = written === undefined || key === 'filters.albums';
  const elsewhere = [env, flag].flatMap((name) => (name === undefined ? [] : [`\`${name}\``]));
  return {
    key,
    value: type.name,
    standard: unset ? 'unset' : `\`${tomlText(written)}\``,
    elsewhere: elsewhere.join(', '),
  };
}

describe('docs/configuration.md', () => {
  let page = '';
  beforeAll(async () => {
    page = await readFile(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
  });

  it('has each key once, with its type, default, variable and flag, in order', () => {
    const rows = keyRows(page);
    expect(rows.map(({ meaning: _meaning, ...row }) => row)).toEqual(KEY_NAMES.map(expectedRow));
    for (const { key, meaning } of rows) expect([key, meaning === '']).toEqual([key, false]);
  });

  it('names every renamed key', () => {
    for (const old of Object.keys(RENAMED_KEYS)) {
      const leaf = old.slice(old.lastIndexOf('.') + 1);
      expect(page).toContain(leaf.startsWith('set_exif') ? 'set_exif_*' : leaf);
    }
  });

  it('does not offer a removed variable as one that works', () => {
    const environment = page.slice(page.indexOf('## Environment'), page.indexOf('## Renamed'));
    for (const name of REMOVED_VARIABLES) expect(environment).not.toContain(`\`${name}\``);
  });
});
