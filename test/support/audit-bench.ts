import { join } from 'node:path';
import { systemFiles } from '../../src/platform/files.js';
import { silentLogger } from '../../src/platform/logger.js';
import { silentProgress } from '../../src/report/progress.js';
import { openStateReader, RunScratch } from '../../src/state/index.js';
import { auditOnline } from '../../src/sync/audit-online.js';
import {
  auditedLibraries,
  auditOffline,
  Auditor,
  ledgerRules,
  type AuditDeps,
} from '../../src/sync/audit.js';
import type { LedgerTotals } from '../../src/sync/ledger-totals.js';
import type { AssetEntry } from '../../src/sync/ledger.js';
import { selectPasses } from '../../src/sync/select-passes.js';
import type { SyncBench } from './sync-bench.js';

/** The ledger of a bench: every entry, and the totals of each library. */
export interface BenchAudit {
  readonly entries: readonly AssetEntry[];
  readonly totals: readonly LedgerTotals[];
}

/** Audits what the runs of a bench left, in this process. */
export async function auditBench(bench: SyncBench, how: 'offline' | 'online'): Promise<BenchAudit> {
  const config = await bench.config();
  const clock = { now: () => Date.now() };
  const reader = await openStateReader(join(bench.root, 'state.db'), {
    clock: { ...clock, monotonic: clock.now, sleep: () => Promise.resolve() },
  });
  if (reader === undefined) throw new Error('no state');
  const scratch = new RunScratch({ foldCase: false });
  const deps: AuditDeps = { config, reader, nowMs: clock.now(), files: systemFiles };
  const rules = ledgerRules(config, deps.nowMs);
  const entries: AssetEntry[] = [];
  const totals: LedgerTotals[] = [];
  const take = async (auditor: Auditor, found: AsyncIterable<AssetEntry>) => {
    for await (const entry of found) entries.push(entry);
    totals.push(auditor.totals);
  };
  try {
    if (how === 'offline') {
      for (const library of auditedLibraries(config, reader.zones.libraries())) {
        const auditor = new Auditor(library.zone, deps, rules);
        await take(auditor, auditOffline(library, auditor, deps));
      }
    } else {
      const service = bench.photos.photos;
      const online = {
        ...deps,
        service,
        scratch,
        log: silentLogger,
        progress: silentProgress(() => undefined),
      };
      for (const { library, passes } of (await selectPasses(config, service)).libraries) {
        const auditor = new Auditor(library.zone, deps, rules);
        await take(auditor, auditOnline(passes, auditor, online));
      }
    }
  } finally {
    scratch.close();
    reader.close();
  }
  return { entries, totals };
}
