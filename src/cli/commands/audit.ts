import { setImmediate } from 'node:timers/promises';
import { KeiError } from '../../errors/index.js';
import { boundHeap } from '../../platform/bound-heap.js';
import { filesBelow } from '../../platform/direct-files.js';
import { NOTHING_SELECTED } from '../../select/passes.js';
import { LISTING_CAP } from '../../state/index.js';
import {
  auditedLibraries,
  auditOffline,
  Auditor,
  leavesNothing,
  ledgerRules,
  type AuditDeps,
  type AuditTask,
} from '../../sync/audit.js';
import { isSafe } from '../../sync/ledger.js';
import { isBalanced, unsafeAssets, type LedgerTotals } from '../../sync/ledger-totals.js';
import { refuseUnmountedFolder } from '../../sync/preflight.js';
import { requireDownloadRoot } from '../../sync/verify.js';
import { withAccountLock } from '../account-lock.js';
import { assetRecord, issueLines, libraryRecord, totalsPage } from '../audit-page.js';
import { openContext, type CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { withInterrupt } from '../interrupt.js';
import type { CliFlags } from '../options/shared.js';
import type { Invocation } from '../invocation.js';
import { LineOutput } from '../output.js';
import { openState } from '../state-access.js';

interface AuditFlags extends CliFlags {
  readonly json?: boolean;
  readonly online?: boolean;
}

/** `kei audit`: accounts for every asset and rendition in iCloud (D72). Changes nothing. */
export async function runAudit({ host, flags }: Invocation<AuditFlags>): Promise<number> {
  const context = await openContext(host, flags);
  const { path, reader } = await openState(context);
  if (reader === undefined) {
    throw nothingToAudit(
      `No state database found at ${path}`,
      'Run a sync first to create the database.',
    );
  }
  try {
    const { config, clock, log } = context;
    const { directory } = config.download;
    const isOnline = flags.online === true;
    if (!isOnline && leavesNothing(config, reader)) {
      log.warn(NOTHING_SELECTED.message);
      return EXIT.ok;
    }
    if (directory !== undefined && reader.lists.counts().downloaded > 0) {
      await requireDownloadRoot(directory);
      await refuseUnmountedFolder(directory, reader);
    }
    const deps: AuditDeps = {
      config,
      reader,
      nowMs: clock.now(),
      files: directory === undefined ? host.files : await filesBelow(directory, host.files),
    };
    const print = (tasks: Iterable<AuditTask>) => report(context, tasks, flags.json === true);
    const results = isOnline ? await online(context, deps, print) : await print(offlineTasks(deps));
    // iCloud was asked, and the notice of the selection says why there is nothing.
    if (results.length === 0 && !isOnline) {
      throw nothingToAudit('No library was ever listed', LIST_FIRST);
    }
    requireSafe(results);
    return EXIT.ok;
  } finally {
    reader.close();
  }
}

async function online<T>(
  context: CommandContext,
  deps: AuditDeps,
  use: (tasks: Iterable<AuditTask>) => Promise<T>,
): Promise<T> {
  const { withOnlineTasks } = await import('../audit-online.js');
  return withInterrupt(context.host, (signal) =>
    withAccountLock(context, () => withOnlineTasks(context, { ...deps, signal }, use)),
  );
}

function* offlineTasks(deps: AuditDeps): Generator<AuditTask> {
  const { config, reader, nowMs } = deps;
  for (const library of auditedLibraries(config, reader.zones.libraries())) {
    const auditor = new Auditor(library.zone, deps, ledgerRules(config, nowMs));
    yield { auditor, entries: auditOffline(library, auditor, deps) };
  }
}

/** Entries after which the event loop gets its turn. */
const ENTRIES_A_TURN = 500;

/** Prints the entries of each library while they are found, and then its totals. */
async function report(
  { host }: CommandContext,
  tasks: Iterable<AuditTask>,
  json: boolean,
): Promise<readonly LedgerTotals[]> {
  boundHeap();
  const out = new LineOutput(host.stdout, host.clock);
  const results: LedgerTotals[] = [];
  try {
    for (const { auditor, entries } of tasks) {
      const { totals } = auditor;
      results.push(totals);
      if (!json) {
        await out.write(`Auditing ${totals.zone}...\n`);
        await out.flush();
      }
      let issues = 0;
      let looked = 0;
      for await (const entry of entries) {
        looked += 1;
        // Looks at a local disk never wait: what else the process has to do would.
        if (looked % ENTRIES_A_TURN === 0) await setImmediate();
        if (json) await out.write(`${JSON.stringify(assetRecord(entry))}\n`);
        else if (!isSafe(entry.class)) {
          for (const line of issueLines(entry)) {
            issues += 1;
            if (issues <= LISTING_CAP) await out.write(`  ${line}\n`);
          }
        }
      }
      if (json) await out.write(`${JSON.stringify(libraryRecord(totals))}\n`);
      else await out.write(totalsPage(totals, issues - LISTING_CAP));
    }
  } finally {
    await out.end();
  }
  return results;
}

const LIST_FIRST = 'Run `kei sync`, or `kei audit --online`, which lists the library first.';

function requireSafe(results: readonly LedgerTotals[]): void {
  const open = results.filter((one) => !isBalanced(one));
  if (open.length > 0) {
    throw new KeiError({
      code: 'AUDIT_UNBALANCED',
      kind: 'permanent',
      message: `The ledger of ${zonesOf(open)} does not balance: the state changed under it.`,
      hint: 'Run `kei audit` again when no other kei works for this account.',
    });
  }
  const unsafe = results.reduce((sum, one) => sum + unsafeAssets(one), 0);
  if (unsafe > 0) {
    const all = results.reduce((sum, { assets }) => sum + assets.total, 0);
    throw new KeiError({
      code: 'AUDIT_NOT_SAFE',
      kind: 'permanent',
      message: `${unsafe} of ${all} assets in iCloud are selected and not safely on disk.`,
      hint: 'Run `kei sync`; for missing or damaged files `kei verify --repair` first.',
      facts: { unsafe },
    });
  }
  const partial = results.filter(({ isComplete }) => !isComplete);
  if (partial.length > 0) {
    throw new KeiError({
      code: 'AUDIT_INCOMPLETE',
      kind: 'permanent',
      message: `${zonesOf(partial)} was never listed whole with these settings: there may be more in iCloud.`,
      hint: LIST_FIRST,
    });
  }
}

function zonesOf(results: readonly LedgerTotals[]): string {
  return results.map(({ zone }) => zone).join(', ');
}

function nothingToAudit(what: string, hint: string): KeiError {
  return new KeiError({
    code: 'AUDIT_NOTHING_KNOWN',
    kind: 'permanent',
    message: `${what}, so nothing is known to be safe.`,
    hint,
  });
}
