import type { StateReader, StateStore } from '../../state/index.js';
import { LostScratch, openStateStore } from '../../state/index.js';
import { markLost, type Marked } from '../../sync/mark-lost.js';
import { refuseUnmountedFolder } from '../../sync/preflight.js';
import { findLost, type ReconcileFinding, type ReconcileTotals } from '../../sync/reconcile.js';
import { requireDownloadRoot } from '../../sync/verify.js';
import { KeiError } from '../../errors/index.js';
import { boundHeap } from '../../platform/bound-heap.js';
import { displayPath } from '../../platform/byte-path.js';
import { openContext, type CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { Invocation } from '../invocation.js';
import { IssueList } from '../issue-list.js';
import type { CliFlags } from '../options/shared.js';
import { printLine } from '../output.js';
import { openState, printNoState } from '../state-access.js';

interface ReconcileFlags extends CliFlags {
  readonly dryRun?: boolean;
}

/**
 * `kei reconcile`: recorded downloads that are gone or cut short become work for the next sync; no
 * file and no row is ever deleted (cli 9.6).
 */
export async function runReconcile({ host, flags }: Invocation<ReconcileFlags>): Promise<number> {
  const context = await openContext(host, flags);
  const { path, reader } = await openState(context);
  if (reader === undefined) {
    await printNoState(context, path);
    return EXIT.ok;
  }
  try {
    return await reconcile(context, reader, flags.dryRun === true);
  } finally {
    reader.close();
  }
}

async function reconcile(
  context: CommandContext,
  reader: StateReader,
  isDry: boolean,
): Promise<number> {
  const { host, config, clock, log } = context;
  const { directory } = config.download;
  const count = reader.lists.counts().downloaded;
  if (count > 0 && directory !== undefined) {
    await requireDownloadRoot(directory);
    await refuseUnmountedFolder(directory, reader);
  }
  const print = (line = '') => {
    printLine(host, line);
  };
  print(`Reconciling ${count} downloaded assets...`);
  print();
  boundHeap();
  const totals: ReconcileTotals = { present: 0, missing: 0, damaged: 0 };
  const lost = new LostScratch();
  let store: StateStore | undefined;
  try {
    const issues = new IssueList(print);
    for await (const finding of findLost(reader, lost, totals)) issues.add(findingLine(finding));
    issues.end();
    const marked: Marked = { marked: 0, left: 0, errors: 0 };
    if (!isDry) {
      store = await openStateStore(reader.path, { clock, log, foldCase: false });
      for await (const { file, error } of markLost(lost, store, marked)) {
        print(
          `FAILED: ${displayPath(file.path)} - ${error instanceof Error ? error.message : '?'}`,
        );
      }
    }
    for (const line of resultLines(totals, isDry ? undefined : marked)) print(line);
    if (isDry)
      print('\nDry run: nothing was changed. Run it again without --dry-run to mark these.');
    if (marked.errors > 0) throw partiallyFailed(marked.errors);
    return EXIT.ok;
  } finally {
    lost.close();
    store?.close();
  }
}

function findingLine(finding: ReconcileFinding): string {
  const { file, owner } = finding.listed;
  const who = `${displayPath(file.path)} (${owner?.assetId ?? 'no asset'}, ${owner?.rendition ?? 'unknown'})`;
  return finding.kind === 'missing'
    ? `MISSING: ${who}`
    : `TRUNCATED: ${who} - ${finding.actualBytes} < ${finding.expectedBytes} bytes`;
}

function resultLines(totals: ReconcileTotals, marked: Marked | undefined): string[] {
  const lines = ['Results:', `  Present:  ${totals.present}`, `  Missing:  ${totals.missing}`];
  if (totals.damaged > 0) lines.push(`  Damaged:  ${totals.damaged}`);
  if (marked === undefined) return lines;
  lines.push(`  Marked failed: ${marked.marked}`);
  if (marked.left > 0) lines.push(`  Not marked, iCloud has them no longer: ${marked.left}`);
  if (marked.errors > 0) lines.push(`  Mark errors: ${marked.errors}`);
  return lines;
}

function partiallyFailed(errors: number): KeiError {
  return new KeiError({
    code: 'RECONCILE_PARTIAL',
    kind: 'state',
    message: `reconcile partially failed: ${errors} state updates errored`,
    hint: 'Run `kei reconcile` again; nothing on disk was changed.',
    facts: { errors },
  });
}
