import type { SqliteFile } from './sqlite.js';

/** Single values by name, for instance `enum_config_hash` and `config_hash` (engine 2.1). */
export class MetaReader {
  readonly #get;

  constructor(database: SqliteFile) {
    this.#get = database.prepare<{ value: string }>('SELECT value FROM meta WHERE key = @key');
  }

  get(key: string): string | undefined {
    return this.#get.get({ key })?.value;
  }
}

export class MetaWriter extends MetaReader {
  readonly #set;
  readonly #delete;

  constructor(database: SqliteFile) {
    super(database);
    this.#set = database.prepare(
      `INSERT INTO meta (key, value) VALUES (@key, @value)
       ON CONFLICT DO UPDATE SET value = excluded.value`,
    );
    this.#delete = database.prepare('DELETE FROM meta WHERE key = @key');
  }

  set(key: string, value: string): void {
    this.#set.run({ key, value });
  }

  delete(key: string): void {
    this.#delete.run({ key });
  }
}
