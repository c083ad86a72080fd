import { KeiError } from '../../errors/index.js';
import {
  requireDownloadRoot,
  verifyFiles,
  type VerifyIssue,
  type VerifyTotals,
} from '../../sync/verify.js';
import { LISTING_CAP } from '../../state/index.js';
import { openContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { CliFlags } from '../options/shared.js';
import { printLine } from '../output.js';
import type { Invocation } from '../invocation.js';
import { openState, printNoState } from '../state-access.js';

interface VerifyFlags extends CliFlags {
  readonly checksums?: boolean;
}

/** `kei verify`: every downloaded file is there and, with `--checksums`, unharmed (cli 9.5). */
export async function runVerify({ host, flags }: Invocation<VerifyFlags>): Promise<number> {
  const context = await openContext(host, flags);
  const { path, reader } = await openState(context);
  if (reader === undefined) {
    await printNoState(context, path);
    return EXIT.ok;
  }
  const checksums = flags.checksums === true;
  const totals: VerifyTotals = { verified: 0, missing: 0, corrupted: 0, proven: 0 };
  const print = (line = '') => {
    printLine(host, line);
  };
  try {
    const count = reader.lists.counts().downloaded;
    if (count > 0) await requireDownloadRoot(context.config.download.directory);
    print(`Verifying ${count} downloaded assets...`);
    print();
    let issues = 0;
    for await (const issue of verifyFiles(reader, { checksums }, totals)) {
      issues += 1;
      if (issues <= LISTING_CAP) print(issueLine(issue));
    }
    if (issues > LISTING_CAP) {
      print(
        `... and ${issues - LISTING_CAP} more issue(s) not listed (listing capped at ${LISTING_CAP})`,
      );
    }
    if (issues > 0) print();
  } finally {
    reader.close();
  }
  print('Results:');
  print(`  Verified:  ${totals.verified}`);
  print(`  Missing:   ${totals.missing}`);
  if (checksums) {
    print(`  Corrupted: ${totals.corrupted}`);
    print(`  Proven by Apple's checksum: ${totals.proven}`);
  }
  if (totals.missing + totals.corrupted > 0) throw verifyFailed(totals);
  return EXIT.ok;
}

function issueLine({ kind, listed, detail }: VerifyIssue): string {
  const { file, owner } = listed;
  const id = owner?.assetId ?? 'no asset';
  switch (kind) {
    case 'no-path':
      return `NO PATH: ${id} - ${detail ?? 'no local path recorded'}`;
    case 'missing': {
      const at = file.published?.atMs;
      const day = at === undefined ? 'unknown' : new Date(at).toISOString().slice(0, 10);
      return `MISSING: ${file.path} (${id}) - downloaded ${day}`;
    }
    case 'corrupted':
      return `CORRUPTED: ${file.path} (${id})`;
    case 'unreadable':
      return `ERROR: ${file.path} - ${detail ?? 'unreadable'}`;
  }
}

function verifyFailed({ missing, corrupted }: VerifyTotals): KeiError {
  return new KeiError({
    code: 'VERIFY_FAILED',
    kind: 'permanent',
    message: `verify failed: ${missing} missing, ${corrupted} corrupted`,
    hint: 'Missing files are fetched again by a sync that lists everything: run `kei reset sync-token`, then `kei sync`.',
    facts: { missing, corrupted },
  });
}
