import type { ContentRange } from './content-range.js';

/** What was found at the partial's path before the first request. */
export interface PartialFacts {
  readonly isFile: boolean;
  readonly sizeBytes: number;
  /** Names of this inode; a published file whose partial was not removed yet has two (D34). */
  readonly links: number;
}

export type PartialDecision = 'nothing-there' | 'remove' | 'resume';

/**
 * What to do with what lies at the partial's path (DL-20, cases 7 and 8). `expectedSize` is Apple's
 * size in bytes, 0 when unknown. A partial of full size is resumed too: hashing it tells whether it
 * is finished. Its age does not matter (C6).
 */
export function decidePartial(
  found: PartialFacts | undefined,
  expectedSize: number,
): PartialDecision {
  if (found === undefined) return 'nothing-there';
  if (!found.isFile || found.links > 1 || found.sizeBytes === 0) return 'remove';
  return expectedSize > 0 && found.sizeBytes > expectedSize ? 'remove' : 'resume';
}

/** What is known when the headers of an answer are here and no byte was written. */
export interface AnswerFacts {
  readonly status: number;
  readonly contentRange: ContentRange | undefined;
  readonly contentLength: number | undefined;
  /** Bytes that the request asked to skip; 0 when it had no `Range`. */
  readonly partialSize: number;
  /** Apple's size in bytes; 0 when unknown. */
  readonly expectedSize: number;
  /** Apple's checksum will prove the whole file, so a doubtful beginning does no harm. */
  readonly provable: boolean;
}

export type AnswerDecision =
  /** The bytes follow those of the partial. */
  | { readonly action: 'append' }
  /** The bytes start at 0; `resetsResume` when a range was asked for and not given. */
  | { readonly action: 'write'; readonly resetsResume: boolean }
  /** Nothing is missing: check the partial and publish it (D52). */
  | { readonly action: 'finished' }
  | {
      readonly action: 'refuse';
      readonly partial: 'keep' | 'remove';
      readonly because: 'status' | 'range';
    }
  | {
      readonly action: 'refuse';
      readonly partial: 'keep' | 'remove';
      readonly because: 'size';
      /** Size of the whole file that the answer announces. */
      readonly announcedSize: number;
    };

/** What an answer means for the partial (DL-22, DL-23, DL-33, D50, D52). */
export function decideAnswer(answer: AnswerFacts): AnswerDecision {
  const { status, partialSize, expectedSize } = answer;
  if (status === 206) return decidePartialContent(answer);
  if (status >= 200 && status < 300) return decideWholeContent(answer);
  if (status === 416) {
    return partialSize > 0 && partialSize === expectedSize
      ? { action: 'finished' }
      : { action: 'refuse', partial: 'remove', because: 'status' };
  }
  return { action: 'refuse', partial: 'keep', because: 'status' };
}

function decidePartialContent(answer: AnswerFacts): AnswerDecision {
  const { contentRange: range, contentLength, partialSize, expectedSize } = answer;
  if (partialSize === 0 || range?.start !== partialSize) {
    return { action: 'refuse', partial: 'remove', because: 'range' };
  }
  const announced = range.total ?? range.end + 1;
  if (expectedSize > 0 && announced !== expectedSize) {
    return { action: 'refuse', partial: 'remove', because: 'size', announcedSize: announced };
  }
  const following = contentLength ?? range.end - range.start + 1;
  if (expectedSize > 0 && partialSize + following !== expectedSize) {
    return {
      action: 'refuse',
      partial: 'remove',
      because: 'size',
      announcedSize: partialSize + following,
    };
  }
  return { action: 'append' };
}

function decideWholeContent(answer: AnswerFacts): AnswerDecision {
  const { contentLength, partialSize, expectedSize, provable } = answer;
  const sizesDiffer =
    contentLength !== undefined &&
    contentLength > 0 &&
    expectedSize > 0 &&
    contentLength !== expectedSize;
  // A shorter whole is either a file cut by the server, worth continuing (D50), or another file.
  // Only Apple's checksum can tell them apart in the end.
  if (sizesDiffer && (contentLength > expectedSize || !provable)) {
    return { action: 'refuse', partial: 'remove', because: 'size', announcedSize: contentLength };
  }
  return { action: 'write', resetsResume: partialSize > 0 };
}
