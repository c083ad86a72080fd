import { KeiError } from './kei-error.js';

/** A sync knows files by the paths that it would give them; an import by their content alone. */
const START_ANEW =
  '`kei reset state` to start anew, then `kei import-existing` with the folders that hold your photos: it finds them again by their content, and none is downloaded twice.';

/** The file cannot be read as a database: truncated, overwritten or damaged (DB-5). Never touched. */
export function stateCorrupt(
  path: string,
  cause: unknown,
  copies: readonly string[] = [],
): KeiError {
  const [newest] = copies;
  const restore =
    newest === undefined
      ? 'Run'
      : `Run \`kei reset state --restore\` to restore the copy kept beside it (${newest}), or`;
  return new KeiError({
    code: 'STATE_CORRUPT',
    kind: 'state',
    message: `The state database ${path} is not a database or is damaged; it was left untouched.`,
    hint: `${restore} ${START_ANEW}`,
    facts: { path },
    cause,
  });
}

/** There is no copy of the database, or none that is whole. */
export function stateNoCopy(path: string): KeiError {
  return new KeiError({
    code: 'STATE_NO_COPY',
    kind: 'state',
    message: `There is no copy of the state database ${path} that could be restored.`,
    hint: `Run ${START_ANEW}`,
    facts: { path },
  });
}

/** A sound SQLite database that belongs to another program. */
export function stateForeign(path: string): KeiError {
  return new KeiError({
    code: 'STATE_FOREIGN',
    kind: 'state',
    message: `The file ${path} is a database of another program, not kei's state; it was left untouched.`,
    hint: 'Move it away, or choose another data_dir.',
    facts: { path },
  });
}

/** Written by a newer kei (DB-4): running old code on it is how records are lost. */
export function stateFromFuture(path: string, found: number, supported: number): KeiError {
  return new KeiError({
    code: 'STATE_FROM_FUTURE',
    kind: 'state',
    message: `The state database ${path} was written by a newer kei (schema ${found}, this kei knows up to ${supported}); it was left untouched.`,
    hint: 'Update kei on this machine.',
    facts: { path, found, supported },
  });
}

/** Written by an older kei, and opened by a command that may not change it. */
export function stateOutdated(path: string, found: number, supported: number): KeiError {
  return new KeiError({
    code: 'STATE_OUTDATED',
    kind: 'state',
    message: `The state database ${path} was written by an older kei (schema ${found}, this kei uses ${supported}).`,
    hint: 'Run `kei sync` once: it keeps a copy and brings the database up to date.',
    facts: { path, found, supported },
  });
}

/** The folder or the file cannot be written (DB-1). `reason` completes "Cannot …: ". */
export function stateUnwritable(
  folder: string,
  path: string,
  reason: string,
  cause: unknown,
): KeiError {
  return new KeiError({
    code: 'STATE_UNWRITABLE',
    kind: 'state',
    message: `Cannot write the state database ${path} in the folder ${folder}: ${reason}.`,
    hint: 'Give this user write access to the folder, or choose another data_dir.',
    facts: { path, folder },
    cause,
  });
}

/** Outcome after outcome could not be recorded, so nothing more is begun (RT-62). */
export function stateUnwritableForGood(outcomes: number, cause: KeiError): KeiError {
  return new KeiError({
    code: 'STATE_WRITES_FAIL',
    kind: 'state',
    message: `State DB appears unwritable: ${outcomes} outcomes in a row were not recorded. ${cause.message}`,
    hint: `${cause.hint ?? 'Check the disk that holds it.'} Finished files are recognised by the next run.`,
    facts: cause.facts,
    cause,
  });
}

/** No room for the next commit; what was committed stays. */
export function stateDiskFull(path: string, cause: unknown): KeiError {
  return new KeiError({
    code: 'STATE_DISK_FULL',
    kind: 'state',
    message: `Cannot write the state database ${path}: the disk is full.`,
    hint: 'Make room on that disk, then run kei again: it goes on where it stopped.',
    facts: { path },
    cause,
  });
}

/** Another process holds the database; worth trying again shortly (D24). */
export function stateBusy(path: string, cause: unknown): KeiError {
  return new KeiError({
    code: 'STATE_BUSY',
    kind: 'state',
    message: `The state database ${path} is held by another program.`,
    hint: 'Close programs that have the database open (a browser for SQLite, a backup), then run kei again.',
    facts: { path },
    cause,
  });
}

/** Any other failure of the database; the cause says which. */
export function stateFailed(path: string, reason: string, cause: unknown): KeiError {
  return new KeiError({
    code: 'STATE_FAILED',
    kind: 'state',
    message: `The state database ${path} could not be used: ${reason}.`,
    hint: 'Check the disk that holds it, then run kei again: it goes on where it stopped.',
    facts: { path },
    cause,
  });
}

/** A finished file has no row to be recorded in (DB-20). */
export function stateRowMissing(what: string): KeiError {
  return new KeiError({
    code: 'STATE_ROW_MISSING',
    kind: 'state',
    message: `The state database has no row for ${what}, which was just worked on.`,
    hint: 'Run kei again: the file on disk is adopted without downloading it.',
    facts: { what },
  });
}

/** Another kei works for this account (DB-30, D22): exit 3. */
export function lockHeld(account: string, pid: number | undefined, path: string): KeiError {
  const who = pid === undefined ? '' : ` (process ${pid})`;
  return new KeiError({
    code: 'LOCK_HELD',
    kind: 'lock',
    message: `Another instance of kei is running for ${account}${who}.`,
    hint: 'Wait until it has finished, or stop it; two at once would download everything twice.',
    facts: { account, pid, path },
  });
}

/** The lock file itself is unusable. */
export function lockUnusable(path: string, reason: string, cause: unknown): KeiError {
  return new KeiError({
    code: 'LOCK_UNUSABLE',
    kind: 'state',
    message: `Cannot lock ${path}: ${reason}.`,
    hint: 'The data_dir must be writable and on a disk that supports file locks; if the lock file is damaged, delete it.',
    facts: { path },
    cause,
  });
}

/** SQLite's add-on was built for another Node.js, or not at all: nothing is wrong with any file. */
export function addonUnusable(nodeVersion: string, cause: unknown): KeiError {
  return new KeiError({
    code: 'ADDON_UNUSABLE',
    kind: 'state',
    message: `kei cannot load its SQLite add-on with this Node.js (${nodeVersion}); it was probably installed with another version.`,
    hint: 'Install kei again with this Node.js (in a clone: npm rebuild better-sqlite3), or run it with the Node.js it was installed with. Your files and its state are not affected.',
    cause,
  });
}
