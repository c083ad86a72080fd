import type { NameRecords, PartialRecords } from '../download/index.js';
import { isKeiError } from '../errors/index.js';
import type { StateStore } from '../state/index.js';

/** Keeps the paths of partials in the state, so that only recorded ones are ever removed (D35). */
export function partialRecords(store: StateStore): PartialRecords {
  return {
    recorded: (path) =>
      store.commit(() => {
        store.partials.record(path);
      }),
    forgotten: async (path) => {
      try {
        await store.commit(() => {
          store.partials.forget(path);
        });
      } catch (error) {
        // It must not undo what was done with the partial; the next start forgets what is not there.
        if (!isKeiError(error, 'state')) throw error;
      }
    },
  };
}

/** Keeps in the state what is about to get a final name, so that a crash loses no file (D34). */
export function nameRecords(store: StateStore): NameRecords {
  const onFile = (path: string, work: (fileId: number) => void) =>
    store.commit(() => {
      const owner = store.files.ownerOf(path);
      if (owner !== undefined) work(owner.file.id);
    });
  return {
    publishing: (path, sha256) =>
      store.commit(() => {
        const owner = store.files.ownerOf(path);
        if (owner === undefined) return;
        const { checksum, sizeBytes } = owner.file;
        store.files.markPublishing(owner.file.id, {
          checksum,
          sizeBytes,
          sha256,
          // A crash is settled by reading the file again; these are filled in from it then.
          downloadSha256: undefined,
          diskBytes: sizeBytes,
          mtimeMs: 0,
          appleChecksum: 'unknown',
        });
      }),
    reserving: (path) =>
      onFile(path, (fileId) => {
        store.files.markReserved(fileId);
      }),
    abandoned: (path) =>
      onFile(path, (fileId) => {
        store.files.forgetPublication(fileId);
      }),
    ownerOf: (path) => {
      const published = store.files.ownerOf(path)?.file.published;
      return Promise.resolve(published && { sha256: published.sha256 });
    },
  };
}
