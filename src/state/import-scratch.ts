import { FINDING_TABLES, ImportFindings } from './import-findings.js';
import { LOCAL_TABLES, LocalFiles } from './local-files.js';
import { SqliteFile } from './sqlite.js';

/**
 * What one import must remember of a disk and a library of any size, in a temporary file of SQLite's
 * own making (D74): it goes with the process, and what was matched is in the state by then.
 */
export class ImportScratch {
  readonly local: LocalFiles;
  readonly findings: ImportFindings;
  readonly #database: SqliteFile;

  constructor({ foldCase }: { readonly foldCase: boolean }) {
    this.#database = new SqliteFile('', { readonly: false, mustExist: false });
    this.#database.pragma('journal_mode = OFF');
    this.#database.pragma('synchronous = OFF');
    this.#database.pragma('cache_size = -1024');
    this.#database.exec(LOCAL_TABLES + FINDING_TABLES);
    this.local = new LocalFiles(this.#database, foldCase);
    this.findings = new ImportFindings(this.#database);
  }

  close(): void {
    this.#database.close();
  }
}
