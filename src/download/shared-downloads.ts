import { constants } from 'node:fs';
import { copyFile, unlink } from 'node:fs/promises';
import type { PlannedFile } from '../domain/plan.js';
import type { DownloadResult, PartialRecords } from './ports.js';
import { tempPath } from './temp-name.js';

/**
 * Keeps two tasks with the same partial from writing it at once (D36): the second waits for the
 * first and then starts from a copy of its proven bytes, so they cross the network once.
 */
export class SharedDownloads {
  readonly #underWay = new Map<string, Promise<DownloadResult>>();
  readonly #suffix: string;
  readonly #partials: PartialRecords;
  readonly #waiting: <T>(wait: () => Promise<T>) => Promise<T>;

  /** `waiting` runs the wait for another download: it takes no lane. */
  constructor(
    suffix: string,
    partials: PartialRecords,
    waiting: <T>(wait: () => Promise<T>) => Promise<T>,
  ) {
    this.#suffix = suffix;
    this.#partials = partials;
    this.#waiting = waiting;
  }

  /** Runs `download`, after any other run for the same partial. */
  async run(
    file: PlannedFile,
    download: (file: PlannedFile) => Promise<DownloadResult>,
  ): Promise<DownloadResult> {
    const partial = tempPath(file, this.#suffix);
    const before = this.#underWay.get(partial);
    const mine =
      before === undefined
        ? download(file)
        : this.#waiting(() => before).then(async (result) => {
            await this.#reuse(result, partial);
            return download(file);
          });
    this.#underWay.set(partial, mine);
    try {
      return await mine;
    } finally {
      if (this.#underWay.get(partial) === mine) this.#underWay.delete(partial);
    }
  }

  /** Leaves a finished file's bytes as a complete partial: what comes next checks and names it. */
  async #reuse({ file, outcome }: DownloadResult, partial: string): Promise<void> {
    const pristine =
      outcome.status === 'downloaded' &&
      outcome.appleChecksum === 'verified' &&
      outcome.sha256 === outcome.finalSha256;
    if (!pristine) return;
    await this.#partials.recorded(partial);
    try {
      await copyFile(file.path, partial, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
    } catch {
      // Half a copy must not look like a partial; the bytes are fetched again instead.
      await unlink(partial).catch(() => undefined);
    }
  }
}
