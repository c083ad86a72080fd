import type { Asset } from '../domain/index.js';
import { FACTS_COLUMNS, toFacts, type AssetFactsRow } from './asset-rows.js';
import { keyPages } from './key-pages.js';
import type { SqliteFile } from './sqlite.js';
import { unpackRenditions } from './stored-renditions.js';

/** An asset as the last listing or change showed it, with what filters and photo options look at. */
export interface LedgerAsset {
  readonly asset: Asset;
  /** The last run that met it. */
  readonly seenRun: number;
  /** False for a row of an older kei that no run has met since: its renditions are not known. */
  readonly hasRenditions: boolean;
}

interface LedgerRow extends AssetFactsRow {
  readonly renditions: string | null;
}

const COLUMNS = `${FACTS_COLUMNS}, renditions`;

/** Every asset of a library, for the commands that account for all of them. */
export class LedgerReader {
  readonly #page;
  readonly #one;
  readonly #count;

  constructor(database: SqliteFile) {
    this.#page = database.prepare<LedgerRow>(
      `SELECT ${COLUMNS} FROM assets WHERE zone = @zone AND asset_id > @after
       ORDER BY asset_id LIMIT @limit`,
    );
    this.#one = database.prepare<LedgerRow>(
      `SELECT ${COLUMNS} FROM assets WHERE zone = @zone AND asset_id = @assetId`,
    );
    this.#count = database.prepare<{ n: number }>(
      'SELECT count(*) AS n FROM assets WHERE zone = @zone',
    );
  }

  /** How many assets of a zone the state knows, whatever became of them. */
  count(zone: string): number {
    return this.#count.get({ zone })?.n ?? 0;
  }

  find(zone: string, assetId: string): LedgerAsset | undefined {
    const row = this.#one.get({ zone, assetId });
    return row && toLedgerAsset(row);
  }

  /** Every asset of a zone by its record name. */
  *assets(zone: string): Generator<LedgerAsset> {
    const rows = keyPages<LedgerRow>((last, limit) =>
      this.#page.all({ zone, after: last?.asset_id ?? '', limit }),
    );
    for (const row of rows) yield toLedgerAsset(row);
  }
}

function toLedgerAsset(row: LedgerRow): LedgerAsset {
  const facts = toFacts(row);
  const { itemType, renditions, unusable } =
    row.renditions === null
      ? { itemType: undefined, renditions: new Map(), unusable: new Map() }
      : unpackRenditions(row.renditions, facts);
  return {
    asset: { ...facts, itemType, renditions, unusable, metadata: {} },
    seenRun: row.seen_run,
    hasRenditions: row.renditions !== null,
  };
}
