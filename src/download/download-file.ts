import type { PlannedFile } from '../domain/plan.js';
import type { Rendition } from '../domain/rendition.js';
import { assetGone } from '../errors/download-errors.js';
import {
  cancelled,
  diskError,
  isDiskErrno,
  isKeiError,
  KeiError,
  rethrowIfCancelled,
} from '../errors/index.js';
import { retryDelayMs, type RetrySettings } from '../http/retry-policy.js';
import type { SharedPause } from '../http/shared-pause.js';
import type { FileEdges } from '../platform/files.js';
import type { Random } from '../platform/random.js';
import { parseAppleChecksum } from './content-hash.js';
import { ContentJudge, type Judgement } from './content-judge.js';
import { fetchPart, type FetchDeps, type FetchReport } from './fetch-part.js';
import { FileLink } from './file-link.js';
import type { LinkHealth } from './link-health.js';
import { PartFile } from './part-file.js';
import type {
  DownloadListener,
  DownloadResult,
  EmbedMetadata,
  NameRecords,
  PartialRecords,
  PlanAnotherName,
  RefreshRendition,
} from './ports.js';
import { publish } from './publish.js';
import { tempPath } from './temp-name.js';

/** An attempt that brings this much does not use up the retry budget (D50). */
const GAIN_BYTES = 1024 * 1024;
const MAX_ATTEMPTS = 1_000;
/** Downloads thrown away because Apple's checksum differs, before the file is given up (D51). */
const MAX_MISMATCHES = 4;

export interface DownloadSettings {
  readonly retry: RetrySettings;
  /** `[download].temp_suffix`. */
  readonly tempSuffix: string;
  readonly verifyAppleChecksum: boolean;
}

export interface DownloadDeps extends FetchDeps {
  readonly random: Random;
  /** Of all downloads of the run: one that is slowed down slows the others down (protocol 9). */
  readonly pause: SharedPause;
  /** Of all downloads of the pass: URLs of one answer expire together. */
  readonly links: LinkHealth;
  readonly files: FileEdges;
  readonly partials: PartialRecords;
  readonly names: NameRecords;
  readonly listener: DownloadListener;
  readonly refresh: RefreshRendition;
  readonly planAnotherName: PlanAnotherName;
  readonly embed?: EmbedMetadata | undefined;
}

export interface StopSignals {
  /** Ends waiting before a retry (SD-8); a transfer under way continues. */
  readonly drain?: AbortSignal | undefined;
  /** Ends everything; the partial is kept (SD-3). */
  readonly cancel?: AbortSignal | undefined;
}

/**
 * Brings one planned file onto the disk: attempts, checks, a fresh URL where one is needed, and a
 * durable final name. Never rejects: how it went is in the outcome, and a failed one carries the
 * error to act on.
 */
export async function downloadFile(
  file: PlannedFile,
  settings: DownloadSettings,
  deps: DownloadDeps,
  signals: StopSignals = {},
): Promise<DownloadResult> {
  return new FileDownload(file, settings, deps, signals).run();
}

interface GoodContent extends Judgement {
  readonly report: FetchReport;
}

/** The state of one file's series of attempts. */
class FileDownload {
  readonly #settings: DownloadSettings;
  readonly #deps: DownloadDeps;
  readonly #signals: StopSignals;
  #file: PlannedFile;
  #attempts = 0;
  #failures = 0;
  #mismatches = 0;
  #bytesReceived = 0;
  #errorPageSeen = false;
  #versionLookedUp = false;
  readonly #link: FileLink;
  readonly #judge: ContentJudge;

  constructor(
    file: PlannedFile,
    settings: DownloadSettings,
    deps: DownloadDeps,
    signals: StopSignals,
  ) {
    this.#file = file;
    this.#settings = settings;
    this.#deps = deps;
    this.#signals = signals;
    this.#link = new FileLink(file.path, deps);
    this.#judge = new ContentJudge(file.path);
  }

  async run(): Promise<DownloadResult> {
    const { files, partials } = this.#deps;
    let part: PartFile | undefined;
    try {
      rethrowIfCancelled(this.#signals.cancel, undefined);
      part = await PartFile.open(
        {
          path: tempPath(this.#file, this.#settings.tempSuffix),
          finalPath: this.#file.path,
          expectedSize: this.#file.rendition.sizeBytes,
          files,
          partials,
        },
        this.#signals.cancel,
      );
      const { verdict, warnings, report } = await this.#fetchUntilGood(part);
      const digests = part.digests();
      const published = await publish(this.#file, part, digests, this.#deps);
      return {
        file: published.file,
        outcome: {
          status: 'downloaded',
          bytesReceived: this.#bytesReceived,
          sizeBytes: published.sizeBytes,
          sha256: digests.sha256,
          finalSha256: published.finalSha256,
          appleChecksum: verdict,
          resumedFrom: report.resumedFrom,
          attempts: this.#attempts,
          warnings: [...warnings, ...published.warnings],
        },
      };
    } catch (error) {
      return { file: this.#file, outcome: this.#ending(asKeiError(error, this.#file.path)) };
    } finally {
      await part?.close();
    }
  }

  #ending(error: KeiError): DownloadResult['outcome'] {
    const bytesReceived = this.#bytesReceived;
    return isKeiError(error, 'cancelled')
      ? { status: 'cancelled', bytesReceived }
      : { status: 'failed', error, attempts: this.#attempts, bytesReceived };
  }

  async #fetchUntilGood(part: PartFile): Promise<GoodContent> {
    for (;;) {
      const sizeBefore = part.size;
      try {
        await this.#pausePassed();
        // The lane back may be long in coming: what ran out meanwhile is not even tried.
        while (this.#needsAnotherLink(part)) await this.#refresh(part);
        return await this.#attempt(part);
      } catch (error) {
        rethrowIfCancelled(this.#signals.cancel, error);
        await this.#prepareNext(asKeiError(error, this.#file.path), part.size - sizeBefore);
      }
    }
  }

  /** Holds back while iCloud wants nobody to ask; the end of the run ends that too (SD-8). */
  async #pausePassed(): Promise<void> {
    const { pause } = this.#deps;
    if (!pause.isOn) return;
    await pause.passed();
    const { drain, cancel } = this.#signals;
    if (drain?.aborted === true || cancel?.aborted === true) throw cancelled();
  }

  #needsAnotherLink(part: PartFile): boolean {
    const { rendition } = this.#file;
    const isDone = rendition.sizeBytes > 0 && part.size === rendition.sizeBytes;
    return this.#link.needsAnother(rendition, isDone);
  }

  /** Looks the rendition up anew; another version of it starts from byte 0. */
  async #refresh(part: PartFile): Promise<void> {
    const fresh = await this.#deps.refresh(this.#file, this.#signals.cancel);
    if (fresh === undefined || fresh.sizeBytes === 0) throw assetGone(this.#file.path);
    if (!isSameVersion(fresh, this.#file.rendition)) await part.restart();
    this.#file = { ...this.#file, rendition: fresh };
    this.#link.renewed();
  }

  async #attempt(part: PartFile): Promise<GoodContent> {
    const { path, rendition } = this.#file;
    const expected = parseAppleChecksum(
      this.#settings.verifyAppleChecksum ? rendition.checksum : undefined,
    );
    this.#attempts += 1;
    const report = await fetchPart(
      part,
      {
        url: rendition.url,
        path,
        expectedSize: rendition.sizeBytes,
        provable: expected.scheme !== 'unknown',
        errorPageSeen: this.#errorPageSeen,
      },
      this.#deps,
      (bytes) => {
        this.#bytesReceived += bytes;
        this.#link.delivered();
        this.#deps.listener.received(this.#file, bytes);
      },
      this.#signals.cancel,
    );
    return { ...(await this.#judge.judge(part, expected, report)), report };
  }

  /** Gets ready for another attempt, or throws the error that ends the series. */
  async #prepareNext(error: KeiError, gainedBytes: number): Promise<void> {
    const status = error.facts['status'];
    if (SLOW_DOWN.has(status)) this.#deps.listener.rateLimited();
    if (this.#attempts >= MAX_ATTEMPTS) throw error;
    if (error.code === 'HTTP_STATUS' && this.#link.isRefusal(status)) {
      this.#link.refused(error, this.#file.rendition);
      return;
    }
    if (error.kind !== 'transient') throw error;
    if (error.code === 'APPLE_CHECKSUM_MISMATCH') {
      this.#mismatches += 1;
      if (this.#mismatches > MAX_MISMATCHES) throw error;
      this.#link.discard();
      return this.#wait(error, this.#mismatches - 1);
    }
    if (error.code === 'CONTENT_REJECTED') this.#errorPageSeen = true;
    if (error.facts['otherVersion'] === true && !this.#versionLookedUp) {
      this.#versionLookedUp = true;
      this.#link.discard();
    }
    if (gainedBytes < GAIN_BYTES) this.#failures += 1;
    if (this.#failures > this.#settings.retry.retries) throw error;
    return this.#wait(error, Math.max(this.#failures - 1, 0));
  }

  async #wait(error: KeiError, k: number): Promise<void> {
    const { clock, random, listener, logger, pause } = this.#deps;
    const wish = error.facts['retryAfterMs'];
    const wishMs = typeof wish === 'number' ? wish : undefined;
    const delayMs = retryDelayMs(this.#settings.retry, k, random.unit(), wishMs);
    logger.warn('Trying again', { attempt: this.#attempts, delayMs, error: error.message });
    listener.retrying(this.#file, { attempt: this.#attempts, delayMs, error });
    const stop = this.#signals.drain ?? this.#signals.cancel;
    if (SLOW_DOWN.has(error.facts['status'])) pause.start(delayMs, stop);
    else await clock.sleep(delayMs, stop);
  }
}

/** Answers that slow all downloads down. */
const SLOW_DOWN: ReadonlySet<unknown> = new Set([429, 503]);

function isSameVersion(a: Rendition, b: Rendition): boolean {
  return a.checksum === b.checksum && a.sizeBytes === b.sizeBytes;
}

function asKeiError(error: unknown, path: string): KeiError {
  if (isKeiError(error)) return error;
  if (isDiskErrno(error)) return diskError('write', path, error);
  return new KeiError({
    code: 'UNEXPECTED',
    kind: 'bug',
    message: `Cannot fetch ${path}: ${error instanceof Error ? error.message : String(error)}`,
    cause: error,
  });
}
