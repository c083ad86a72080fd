import { basename } from 'node:path';
import { isAccountLocked } from '../../platform/account-lock.js';
import { displayPath } from '../../platform/byte-path.js';
import { formatInstant } from '../../report/format.js';
import {
  LISTING_CAP,
  type FileStatus,
  type ListedFile,
  type StateReader,
} from '../../state/index.js';
import { explainBlocked, isBlockedReason } from '../../sync/token-verdict.js';
import { openContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { CliFlags } from '../options/shared.js';
import type { Host } from '../host.js';
import { printLine } from '../output.js';
import type { Invocation } from '../invocation.js';
import { lockPath, openState, printNoState } from '../state-access.js';

interface StatusFlags extends CliFlags {
  readonly failed?: boolean;
  readonly pending?: boolean;
  readonly downloaded?: boolean;
}

/** `kei status`: offline, from the state alone (cli 9.4). */
export async function runStatus({ host, flags }: Invocation<StatusFlags>): Promise<number> {
  const context = await openContext(host, flags);
  const { path, reader } = await openState(context);
  printLine(host, `Service: ${serviceState(host)}`);
  printLine(host);
  if (reader === undefined) {
    await printNoState(context, path);
    return EXIT.ok;
  }
  const print = (line = '') => {
    printLine(host, line);
  };
  try {
    printCounts(reader, path, print);
    printRuns(reader, isAccountLocked(lockPath(context)), print);
    printEnumerations(reader, print);
    if (flags.failed === true) {
      printList(reader, 'failed', 'Failed assets:', failedRow, print);
      printDebts(reader, print);
    }
    if (flags.pending === true) printList(reader, 'pending', 'Pending assets:', pendingRow, print);
    if (flags.downloaded === true) {
      printList(reader, 'downloaded', 'Downloaded assets:', downloadedRow, print);
    }
  } finally {
    reader.close();
  }
  return EXIT.ok;
}

/** What supervises kei on this machine (cli 9.10). */
function serviceState({ env }: Host): string {
  return env['KEI_CONTAINER'] === undefined
    ? 'not installed'
    : 'running in container (process supervisor: docker)';
}

type Print = (line?: string) => void;

function printCounts(reader: StateReader, path: string, print: Print): void {
  const counts = reader.lists.counts();
  print(`State Database: ${path}`);
  print();
  print('Assets:');
  print(`  Total:      ${counts.total}`);
  print(`  Downloaded: ${counts.downloaded}`);
  print(`  Pending:    ${counts.pending}`);
  print(`  Failed:     ${counts.failed}`);
  const deleted = reader.assets.deletedCount();
  if (deleted > 0) print(`  Deleted in iCloud, kept here: ${deleted}`);
  const debts = reader.debts.count();
  if (debts > 0) print(`  Still owed: ${debts} (the next sync looks them up)`);
  printRenamedAlbums(reader, print);
}

/** Their files lie in two folders from now on, unless somebody brings them together (D31). */
function printRenamedAlbums(reader: StateReader, print: Print): void {
  const renamed = reader.albums.renamed();
  if (renamed.length === 0) return;
  print();
  print('Albums renamed in iCloud (files from before stay in the folder of the old name):');
  for (const { name, formerName } of renamed.slice(0, LISTING_CAP)) {
    print(`  ${formerName} -> ${name}`);
  }
  if (renamed.length > LISTING_CAP) print(`... and ${renamed.length - LISTING_CAP} more`);
}

function printRuns(reader: StateReader, isLocked: boolean, print: Print): void {
  const { runningSinceMs, lastStartedMs, lastCompletedMs } = reader.runs.last();
  const zones = reader.zones.listingsInProgress().map(({ zone }) => zone);
  print();
  // A run without an end is under way, or was killed: the lock tells which.
  const isRunning = runningSinceMs !== undefined && isLocked;
  if (isRunning) {
    print(`Sync in progress:   started ${formatInstant(runningSinceMs)}`);
  } else {
    if (lastStartedMs !== undefined) print(`Last sync started:   ${formatInstant(lastStartedMs)}`);
    if (lastCompletedMs !== undefined) {
      print(`Last sync completed: ${formatInstant(lastCompletedMs)}`);
    }
  }
  if (zones.length > 0) {
    print(
      isRunning
        ? `Full enumeration in progress: ${zones.join(', ')}`
        : `Full enumeration interrupted: ${zones.join(', ')} (the next sync starts it again)`,
    );
  }
}

/** Why each library was last listed in full, and why it will be again (engine 2.3, 2.7, D66). */
function printEnumerations({ zones }: StateReader, print: Print): void {
  for (const { zone } of zones.libraries()) {
    const { fullReason, blockedReason } = zones.enumeration(zone) ?? {};
    if (fullReason !== undefined) print(`Last listed in full: ${zone} (${fullReason})`);
    if (blockedReason === undefined) continue;
    const known = isBlockedReason(blockedReason) ? explainBlocked(blockedReason) : undefined;
    const why = known === undefined ? '' : `, ${known.source}): ${known.explanation}`;
    print(`Sync token blocked:  ${zone} (${blockedReason}${why === '' ? ')' : why}`);
  }
}

function printList(
  reader: StateReader,
  status: FileStatus,
  heading: string,
  row: (listed: ListedFile) => string,
  print: Print,
): void {
  const total = reader.lists.counts()[status];
  if (total === 0) return;
  print();
  print(heading);
  for (const listed of reader.lists.newest(status, LISTING_CAP)) print(`  ${row(listed)}`);
  if (total > LISTING_CAP) print(`... and ${total - LISTING_CAP} more`);
}

/** What iCloud has and did not deliver (D67), or could not be read (D61): no file yet. */
function printDebts(reader: StateReader, print: Print): void {
  const total = reader.debts.count();
  if (total === 0) return;
  print();
  print('Still owed by iCloud:');
  for (const { recordName, reason, detail, owedSinceMs } of reader.debts.first(LISTING_CAP)) {
    const what = detail === '' ? reason : `${reason}, ${detail}`;
    print(`  ${recordName} - ${what} (since ${formatInstant(owedSinceMs)})`);
  }
  if (total > LISTING_CAP) print(`... and ${total - LISTING_CAP} more`);
}

function nameAndId({ file, owner }: ListedFile): string {
  return `${displayPath(basename(file.path))} (${owner?.assetId ?? 'no asset'})`;
}

function attempts({ file, lastSeenMs }: ListedFile): string {
  const seen = lastSeenMs === undefined ? 'never' : formatInstant(lastSeenMs);
  return `attempts: ${file.attempts}, last seen: ${seen}`;
}

function failedRow(listed: ListedFile): string {
  return `${nameAndId(listed)} - ${listed.file.lastError ?? 'unknown error'} (${attempts(listed)})`;
}

function pendingRow(listed: ListedFile): string {
  return `${nameAndId(listed)} - ${attempts(listed)}`;
}

function downloadedRow(listed: ListedFile): string {
  return `${nameAndId(listed)} -> ${displayPath(listed.file.path)}`;
}
