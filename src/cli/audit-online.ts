import { RunScratch } from '../state/index.js';
import { Auditor, ledgerRules, type AuditDeps, type AuditTask } from '../sync/audit.js';
import { auditOnline } from '../sync/audit-online.js';
import { selectPasses } from '../sync/select-passes.js';
import type { CommandContext } from './context.js';
import { withPhotos } from './photos.js';

/**
 * Signs in, and hands over the audits of the selected libraries as iCloud lists them now. A file of
 * its own, because an audit without `--online` needs no network, and starts sooner without it.
 */
export async function withOnlineTasks<T>(
  context: CommandContext,
  deps: AuditDeps & { readonly signal: AbortSignal },
  use: (tasks: readonly AuditTask[]) => Promise<T>,
): Promise<T> {
  const { config, log } = context;
  const scratch = new RunScratch({ foldCase: deps.reader.foldsCase });
  try {
    log.info('Connecting to iCloud');
    return await withPhotos(context, deps.signal, async ({ service }) => {
      const { libraries, notices } = await selectPasses(config, service);
      for (const { message } of notices) log.warn(message);
      const tasks = libraries.map(({ library: { zone }, passes }) => {
        const auditor = new Auditor(zone, deps, ledgerRules(config, deps.nowMs));
        const entries = auditOnline(passes, auditor, { ...deps, service, log, scratch });
        return { auditor, entries };
      });
      return use(tasks);
    });
  } finally {
    scratch.close();
  }
}
