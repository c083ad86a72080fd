import { boundHeap } from '../../platform/bound-heap.js';
import { csvRecord } from '../../report/csv.js';
import { MANIFEST_COLUMNS, manifestRecords, type ManifestRecord } from '../../sync/manifest.js';
import { openContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { CliFlags } from '../options/shared.js';
import { LineOutput, notice } from '../output.js';
import type { Invocation } from '../invocation.js';
import { openState } from '../state-access.js';

export type ManifestFormat = 'json' | 'csv';

interface ManifestFlags extends CliFlags {
  readonly format?: ManifestFormat;
}

/** `kei manifest`: every file that the state knows, as JSON or CSV (cli 9.9); offline. */
export async function runManifest({ host, flags }: Invocation<ManifestFlags>): Promise<number> {
  const context = await openContext(host, flags);
  const { path, reader } = await openState(context);
  if (reader === undefined) {
    // Not on stdout, where a program expects a table.
    notice(host, `No state database found at ${path}`);
    notice(host, 'Run a sync first to create the database.');
  }
  boundHeap();
  const out = new LineOutput(host.stdout, host.clock);
  try {
    const records = reader === undefined ? [] : manifestRecords(reader);
    for (const text of flags.format === 'csv' ? csv(records) : json(records)) {
      await out.write(text);
      // The reader has seen enough (`kei manifest | head`).
      if (!out.hasReader) break;
    }
  } finally {
    await out.end();
    reader?.close();
  }
  return EXIT.ok;
}

/** A pretty array of objects, piece by piece. */
function* json(records: Iterable<ManifestRecord>): Generator<string> {
  let before = '[';
  for (const record of records) {
    yield `${before}\n  ${JSON.stringify(record, undefined, 2).replaceAll('\n', '\n  ')}`;
    before = ',';
  }
  yield before === '[' ? '[]\n' : '\n]\n';
}

function* csv(records: Iterable<ManifestRecord>): Generator<string> {
  yield csvRecord(MANIFEST_COLUMNS);
  for (const record of records) {
    yield csvRecord(
      MANIFEST_COLUMNS.map((column) =>
        column === 'albums' ? JSON.stringify(record.albums) : record[column],
      ),
    );
  }
}
