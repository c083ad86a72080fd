import type { FileEdges } from './files.js';

interface Waiting {
  readonly running: Promise<void>;
  /** The sync for everybody who came while one was running. */
  next: Promise<void> | undefined;
}

/**
 * File edges whose directory syncs are shared: callers that arrive while a folder is being synced
 * wait for one common sync that begins after they came, so ten files that end together in a folder
 * cost two syncs instead of ten.
 */
export function withSharedDirectorySync(files: FileEdges): FileEdges {
  const folders = new Map<string, Waiting>();

  const start = (path: string): Promise<void> => {
    const running = files.syncDirectory(path).finally(() => {
      if (folders.get(path)?.next === undefined) folders.delete(path);
    });
    folders.set(path, { running, next: undefined });
    return running;
  };

  const syncDirectory = (path: string): Promise<void> => {
    const waiting = folders.get(path);
    if (waiting === undefined) return start(path);
    waiting.next ??= waiting.running.then(
      () => start(path),
      () => start(path),
    );
    return waiting.next;
  };

  return { ...files, syncDirectory };
}
