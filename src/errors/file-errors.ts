import { KeiError } from './kei-error.js';

const SENTENCES: Readonly<Record<string, readonly [string, string]>> = {
  ENOSPC: [
    'the disk is full',
    'Free some space and run kei again; nothing that is finished is fetched twice.',
  ],
  EDQUOT: ['the disk quota is used up', 'Free some space or raise the quota, then run kei again.'],
  EROFS: [
    'the file system is read-only',
    'Remount it writable (a failing disk is often remounted read-only), then run kei again.',
  ],
  EACCES: [
    'permission denied',
    'Give this user write access to the folder, or choose another one.',
  ],
  EPERM: ['operation not permitted', 'Check owner and mount options of the folder.'],
  EIO: [
    'the disk reported an input/output error',
    'Check the disk before you trust it with more pictures.',
  ],
  ENOENT: ['no such file or folder', 'Check that the disk is mounted and the path is right.'],
  ENOTDIR: [
    'a part of the path is not a folder',
    'Rename the file that is in the way, or choose another folder.',
  ],
  EEXIST: [
    'a file has the name of a folder of this path',
    'Rename the file that is in the way, or choose another folder.',
  ],
  EMFILE: ['too many open files', 'Raise the limit (ulimit -n) or lower [download].threads.'],
  ENAMETOOLONG: [
    'the path is too long for this file system',
    'Choose a shorter folder or template.',
  ],
};

/** True for an error of Node's file system that says something about the machine, not about Apple. */
export function isDiskErrno(error: unknown): error is NodeJS.ErrnoException {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    (error.code in SENTENCES || 'syscall' in error)
  );
}

/** What the machine says, in words that complete "Cannot …: ". */
export function diskReason(error: unknown): string {
  const known = isDiskErrno(error) ? SENTENCES[error.code ?? ''] : undefined;
  return known?.[0] ?? (error instanceof Error ? error.message : String(error));
}

/** A failure of the disk, in words (D57). `action` reads like `write`, `create the folder for`. */
export function diskError(action: string, path: string, error: unknown): KeiError {
  const code = isDiskErrno(error) ? (error.code ?? 'UNKNOWN') : 'UNKNOWN';
  const [what, hint] = SENTENCES[code] ?? [
    error instanceof Error ? error.message : String(error),
    'Check the disk and the path, then run kei again.',
  ];
  return new KeiError({
    code: code === 'ENOSPC' || code === 'EDQUOT' ? 'DISK_FULL' : 'DISK_ERROR',
    kind: 'disk',
    message: `Cannot ${action} ${path}: ${what}.`,
    hint,
    facts: { path, errno: code },
    cause: error,
  });
}

/** Errors about one path only; any other disk error concerns the files to come as well (D57). */
const ONE_PATH_ONLY: ReadonlySet<unknown> = new Set([
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'ELOOP',
  'EEXIST',
  'ENAMETOOLONG',
]);

/** Whether a failure of the disk is one of this path alone: a name too long, a file in the way. */
export function isAboutOnePath(error: KeiError): boolean {
  return error.kind === 'disk' && ONE_PATH_ONLY.has(error.facts['errno']);
}

/** The download folder's disk is not where it was when the run began (D13). */
export function downloadFolderGone(directory: string): KeiError {
  return new KeiError({
    code: 'DOWNLOAD_FOLDER_GONE',
    kind: 'disk',
    message: `The download folder ${directory} disappeared while kei was writing to it.`,
    hint: 'Was its disk unmounted? Mount it again and run kei again; nothing that is finished is fetched twice.',
    facts: { path: directory },
  });
}
