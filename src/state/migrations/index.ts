import { initial } from './001-initial.js';
import { ledger } from './002-ledger.js';
import { verifications } from './003-verifications.js';
import { albumNames } from './004-album-names.js';

/** One step of the schema's history; `sql` runs in one transaction with the new `user_version`. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

/** The history, oldest first. A shipped step never changes; a withdrawn one keeps its number. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, name: 'initial', sql: initial },
  { version: 2, name: 'ledger', sql: ledger },
  { version: 3, name: 'verifications', sql: verifications },
  { version: 4, name: 'album names', sql: albumNames },
];
