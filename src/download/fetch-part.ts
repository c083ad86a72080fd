import {
  contentRejected,
  downloadStatus,
  emptyBody,
  otherVersion,
  rangeMismatch,
  sizeMismatch,
} from '../errors/download-errors.js';
import { isKeiError, type KeiError } from '../errors/index.js';
import { retryAfterMs } from '../http/retry-policy.js';
import type { DownloadClient, DownloadResponse } from '../http/types.js';
import type { Clock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import type { Bandwidth } from './bandwidth.js';
import { isErrorPageType, startsLikeErrorPage } from './check-content.js';
import { parseContentLength, parseContentRange } from './content-range.js';
import type { PartFile } from './part-file.js';
import { decideAnswer, type AnswerDecision } from './resume.js';

export interface FetchTarget {
  readonly url: string;
  /** The final path, for messages. */
  readonly path: string;
  /** Apple's size in bytes; 0 when unknown. */
  readonly expectedSize: number;
  /** Apple's checksum will prove or refuse the whole file. */
  readonly provable: boolean;
  /** An answer that calls itself an error page was refused before; see `isAcceptable`. */
  readonly errorPageSeen: boolean;
}

export interface FetchDeps {
  readonly client: DownloadClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bandwidth?: Bandwidth | undefined;
}

export interface FetchReport {
  /** The answer called itself an error page: only Apple's checksum may let its bytes pass (D43). */
  readonly claimedErrorPage: boolean;
  /** Bytes of the partial that this attempt continued. */
  readonly resumedFrom: number;
  /** Nobody said how long the file is (DL-32). */
  readonly sizeUnknown: boolean;
}

/**
 * One attempt to bring the missing bytes of a file into its partial, hashing them on the way. When
 * it resolves the partial has the right size and waits to be checked. When it rejects, with a
 * KeiError, the partial holds bytes worth continuing or none (DL-22 to DL-34, D50).
 * `onBytes` hears the number of bytes of each chunk.
 */
export async function fetchPart(
  part: PartFile,
  target: FetchTarget,
  deps: FetchDeps,
  onBytes: (bytes: number) => void,
  signal?: AbortSignal,
): Promise<FetchReport> {
  const { expectedSize, path } = target;
  const complete = { claimedErrorPage: false, resumedFrom: part.size, sizeUnknown: false };
  if (expectedSize > 0 && part.size === expectedSize) return complete;
  const response = await deps.client.get({
    url: target.url,
    rangeStart: part.size,
    ...(signal && { signal }),
  });
  const contentLength = parseContentLength(response.headers.get('content-length'));
  const decision = decideAnswer({
    status: response.status,
    contentRange: parseContentRange(response.headers.get('content-range')),
    contentLength,
    partialSize: part.size,
    expectedSize,
    provable: target.provable,
  });
  if (decision.action === 'finished' || decision.action === 'refuse') {
    await response.discard();
    if (decision.action === 'finished') return complete;
    if (decision.partial === 'remove') await part.restart();
    throw refusal(decision, response, target, deps.clock);
  }
  const startsAt = decision.action === 'append' ? part.size : 0;
  const claimedErrorPage = isErrorPageType(response.headers.get('content-type'));
  const acceptable = !claimedErrorPage || isAcceptable(target, startsAt, contentLength);
  if (!acceptable || contentLength === 0) {
    await response.discard();
    throw acceptable ? emptyBody(path) : contentRejected(path, 'it is an HTML or JSON page');
  }
  if (decision.action === 'write') {
    if (decision.resetsResume) {
      deps.logger.info('The server does not continue downloads; starting over', { path });
    }
    if (part.size > 0) await part.restart();
  }
  await receive(part, target, response, deps, onBytes, signal);
  await checkReceived(part, startsAt, contentLength, target);
  const sizeUnknown = expectedSize === 0 && contentLength === undefined;
  return { claimedErrorPage, resumedFrom: startsAt, sizeUnknown };
}

/**
 * An answer that calls itself HTML or JSON is refused before a byte is written (DL-40). When it
 * comes again, has exactly the length of the file and Apple's checksum will judge it, it is the
 * label that is wrong: the bytes may be fetched (D43).
 */
function isAcceptable(
  target: FetchTarget,
  startsAt: number,
  contentLength: number | undefined,
): boolean {
  return (
    target.provable &&
    target.errorPageSeen &&
    contentLength !== undefined &&
    startsAt + contentLength === target.expectedSize
  );
}

function refusal(
  decision: AnswerDecision & { readonly action: 'refuse' },
  { status, headers }: DownloadResponse,
  { path, expectedSize }: FetchTarget,
  clock: Clock,
): KeiError {
  switch (decision.because) {
    case 'status':
      return downloadStatus(path, status, retryAfterMs(headers.get('retry-after'), clock.now()));
    case 'range':
      return rangeMismatch(path, headers.get('content-range'));
    case 'size':
      return otherVersion(path, expectedSize, decision.announcedSize);
  }
}

/** Writes the body to the partial. What arrived before the connection broke is kept (DL-26). */
async function receive(
  part: PartFile,
  { expectedSize, path }: FetchTarget,
  response: DownloadResponse,
  { bandwidth }: FetchDeps,
  onBytes: (bytes: number) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    for await (const chunk of response.body) {
      onBytes(chunk.length);
      const size = part.size + chunk.length;
      if (expectedSize > 0 && size > expectedSize) {
        await part.restart();
        throw sizeMismatch(path, expectedSize, size);
      }
      const pressure = part.push(chunk);
      if (pressure !== undefined) await pressure;
      if (bandwidth !== undefined) await bandwidth.take(chunk.length, signal);
    }
    await part.settle();
  } catch (error) {
    // Bytes that did not reach the disk leave the digests out of step with the file (DL-26).
    if (isKeiError(error, 'disk')) await part.restart();
    if (isKeiError(error, 'transient', 'cancelled')) await keepWhatIsGood(part);
    throw error;
  }
}

/** Flushes an unfinished partial, unless it is the beginning of an error page (DL-20). */
async function keepWhatIsGood(part: PartFile): Promise<boolean> {
  const flushed = await part.settle().then(
    () => true,
    () => false,
  );
  const good = flushed && !startsLikeErrorPage(part.head);
  if (!good) await part.restart();
  return good;
}

/** The body ended by itself: are all bytes here (DL-30, DL-31, DL-34)? */
async function checkReceived(
  part: PartFile,
  startsAt: number,
  contentLength: number | undefined,
  { expectedSize, path }: FetchTarget,
): Promise<void> {
  const { size } = part;
  if (size === 0) throw emptyBody(path);
  const announced = contentLength === undefined ? expectedSize : startsAt + contentLength;
  const wanted = expectedSize > 0 ? expectedSize : announced;
  if (size === wanted && size === announced) return;
  if (wanted === 0) return;
  throw (await keepWhatIsGood(part))
    ? sizeMismatch(path, wanted, size)
    : contentRejected(path, 'it is an HTML or JSON page');
}
