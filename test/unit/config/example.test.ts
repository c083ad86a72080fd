import { readFile } from 'node:fs/promises';
import toml from '@iarna/toml';
import { beforeAll, describe, expect, it } from 'vitest';
import { KEYS, KEY_NAMES, TABLE_NAMES, writeValue } from '../../../src/config/keys.js';
import { unchecked, resolveGiven } from './helpers.js';

/** The example with every commented setting switched on. */
function switchedOn(text: string): string {
  return text.replace(/^# ([a-z_]+ = (?:"[^"]*"|\[.*\]|\d+|true|false))$/gm, '$1');
}

function leaves(table: object, prefix = ''): [string, unknown][] {
  return Object.entries(table).flatMap(([name, value]: [string, unknown]): [string, unknown][] =>
    TABLE_NAMES.has(prefix + name) && typeof value === 'object' && value !== null
      ? leaves(value, `${prefix}${name}.`)
      : [[prefix + name, value]],
  );
}

describe('kei.example.toml', () => {
  let text = '';
  beforeAll(async () => {
    text = await readFile(new URL('../../../kei.example.toml', import.meta.url), 'utf8');
  });

  it('is a configuration that changes nothing', async () => {
    const { settings, warnings } = await resolveGiven({ toml: text });
    expect(warnings).toEqual([]);
    for (const key of KEY_NAMES) {
      expect([key, settings.value(key)]).toEqual([key, KEYS[key].fallback]);
    }
  });

  it('D20: holds every key of the dictionary once, and no other, in the same order', () => {
    const keys = leaves(toml.parse(switchedOn(text))).map(([key]) => key);
    expect(keys).toEqual([...KEY_NAMES]);
  });

  it('has every key whose default can be written active, with that default', () => {
    const active = new Map(leaves(toml.parse(text)));
    // Writing these would mean something: a list of albums looks further, a scope needs a count.
    const meaningful = ['filters.albums', 'filters.recent_scope'];
    for (const key of KEY_NAMES) {
      const standard = writeValue(key, KEYS[key].fallback);
      expect([key, active.get(key)]).toEqual([
        key,
        meaningful.includes(key) ? undefined : standard,
      ]);
    }
  });

  it('has examples that are valid values', () => {
    expect(() => unchecked(switchedOn(text))).not.toThrow();
  });

  it('names the variable and the flag of a key where there is one', () => {
    for (const key of KEY_NAMES) {
      const { env, flag } = KEYS[key];
      for (const name of [env, ...(flag?.split(', ') ?? [])]) {
        if (name !== undefined) expect(text).toContain(name);
      }
    }
  });

  it('fits a terminal', () => {
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
  });
});
