import { KeiError, type ErrorKind } from './kei-error.js';

/**
 * Why a file could not be fetched, checked or put in place. Every error names the final path of the
 * file. Transient ones are tried again by the download itself, the rest in the next run.
 */
const NEXT_RUN = 'Nothing to do: kei tries it again in the next run.';

/** The answer has another number of bytes than Apple's record (DL-30, DL-31). */
export function sizeMismatch(path: string, expectedBytes: number, foundBytes: number): KeiError {
  return new KeiError({
    code: 'SIZE_MISMATCH',
    kind: 'transient',
    message: `Cannot complete ${path}: iCloud sent ${foundBytes} bytes instead of ${expectedBytes}.`,
    hint: NEXT_RUN,
    facts: { path, expected: expectedBytes, found: foundBytes },
  });
}

/** The answer announces a file of another size: the record may have changed since it was listed. */
export function otherVersion(path: string, expectedBytes: number, foundBytes: number): KeiError {
  return new KeiError({
    code: 'SIZE_MISMATCH',
    kind: 'transient',
    message: `Cannot fetch ${path}: iCloud offers ${foundBytes} bytes instead of ${expectedBytes}.`,
    hint: NEXT_RUN,
    facts: { path, expected: expectedBytes, found: foundBytes, otherVersion: true },
  });
}

/** A zero-byte answer for a file that is not empty (DL-34, D80). */
export function emptyBody(path: string): KeiError {
  return new KeiError({
    code: 'EMPTY_BODY',
    kind: 'transient',
    message: `Cannot fetch ${path}: iCloud sent no bytes at all.`,
    hint: NEXT_RUN,
    facts: { path },
  });
}

/** HTML, JSON or no media at all where a photo or video belongs (DL-40 to DL-43). */
export function contentRejected(path: string, what: string): KeiError {
  return new KeiError({
    code: 'CONTENT_REJECTED',
    kind: 'transient',
    message: `What iCloud sent for ${path} was thrown away: ${what}.`,
    hint: NEXT_RUN,
    facts: { path },
  });
}

/** The server answered with another range than the one asked for (DL-22): never stitched. */
export function rangeMismatch(path: string, header: string | undefined): KeiError {
  return new KeiError({
    code: 'RANGE_MISMATCH',
    kind: 'transient',
    message: `Cannot continue ${path}: iCloud sent another part of the file than the one that is missing.`,
    hint: NEXT_RUN,
    facts: { path, contentRange: header },
  });
}

/** Apple's checksum says that other bytes arrived than are in iCloud (D51). */
export function appleChecksumMismatch(path: string): KeiError {
  return new KeiError({
    code: 'APPLE_CHECKSUM_MISMATCH',
    kind: 'transient',
    message: `The bytes that arrived for ${path} are not those in iCloud (Apple's checksum differs).`,
    hint: 'Check network, memory and disk if this repeats; kei tries again in the next run.',
    facts: { path },
  });
}

/** 401 or 403 that survived a fresh URL: the session is no longer good (D52, RT-30). */
export function sessionRejected(path: string, status: number): KeiError {
  return new KeiError({
    code: 'SESSION_REJECTED',
    kind: 'session',
    message: `iCloud refused to send ${path} (HTTP ${status}), also with a fresh link.`,
    hint: 'Sign in again with `kei login` if kei cannot do it by itself.',
    facts: { path, status },
  });
}

/** 410 that survived a fresh URL: it holds for this file alone and never ends a run (D52). */
export function urlExpired(path: string): KeiError {
  return new KeiError({
    code: 'URL_EXPIRED',
    kind: 'item',
    message: `The download link of ${path} has expired, and so has the new one.`,
    hint: `${NEXT_RUN} If every file fails like this, check this computer's clock.`,
    facts: { path, status: 410 },
  });
}

/** iCloud no longer has the record, or this rendition of it (case 35, protocol 8.3). */
export function assetGone(path: string): KeiError {
  return new KeiError({
    code: 'ASSET_GONE',
    kind: 'item',
    message: `Cannot fetch ${path}: it is no longer in iCloud.`,
    hint: 'If you can still see it in Photos, run kei again.',
    facts: { path },
  });
}

/** 404 that survived a fresh URL: iCloud lists the photo and does not find its bytes (protocol 8.3). */
export function contentMissing(path: string): KeiError {
  return new KeiError({
    code: 'CONTENT_MISSING',
    kind: 'item',
    message: `Cannot fetch ${path}: iCloud lists it but does not find its content (HTTP 404), also with a fresh link.`,
    hint: `${NEXT_RUN} If it stays, open the photo on an Apple device: it may not be uploaded completely.`,
    facts: { path, status: 404 },
  });
}

/** A lookup found the record but no link in it that can be used, or iCloud did not answer for it. */
export function linkUnavailable(path: string, reason: string): KeiError {
  return new KeiError({
    code: 'LINK_UNAVAILABLE',
    kind: 'item',
    message: `Cannot fetch ${path}: iCloud gives no new link for it (${reason}).`,
    hint: NEXT_RUN,
    facts: { path },
  });
}

/** Any other status (engine 4.2): 421, 429 and 5xx are worth trying again. */
export function downloadStatus(
  path: string,
  status: number,
  retryAfterMs: number | undefined,
): KeiError {
  const kind: ErrorKind =
    status === 416 || status === 421 || status === 429 || status >= 500 ? 'transient' : 'item';
  return new KeiError({
    code: 'HTTP_STATUS',
    kind,
    message: `Cannot fetch ${path}: iCloud answered with HTTP ${status}.`,
    hint: NEXT_RUN,
    facts: { path, status, retryAfterMs },
  });
}

/** Somebody else writes the same partial (DL-13, case 39). */
export function partialBusy(path: string, partialPath: string): KeiError {
  return new KeiError({
    code: 'PARTIAL_BUSY',
    kind: 'item',
    message: `Cannot fetch ${path}: another process is writing ${partialPath}.`,
    hint: 'Let only one kei work on a folder at a time.',
    facts: { path, partialPath },
  });
}

/** Another file has the name, and no free one could be found (DL-52). */
export function nameTaken(path: string): KeiError {
  return new KeiError({
    code: 'NAME_TAKEN',
    kind: 'item',
    message: `Cannot save ${path}: another file has that name and kei overwrites nothing.`,
    hint: 'The finished download is kept beside it; run kei again to give it another name.',
    facts: { path },
  });
}

const MIB = 1024 * 1024;

/** Less free space than a run needs to begin (DL-80, DL-81). Sizes in bytes. */
export function insufficientSpace(
  directory: string,
  freeBytes: number,
  minimumBytes: number,
): KeiError {
  const minimum =
    minimumBytes >= 1024 * MIB
      ? `${Math.floor(minimumBytes / MIB / 1024)} GiB`
      : `${Math.floor(minimumBytes / MIB)} MiB`;
  return new KeiError({
    code: 'INSUFFICIENT_SPACE',
    kind: 'disk',
    message: `Insufficient disk space: only ${Math.floor(freeBytes / MIB)} MiB available in ${directory} (minimum ${minimum})`,
    hint: 'Free some space or choose a larger disk, then run kei again.',
    facts: { path: directory, free: freeBytes, minimum: minimumBytes },
  });
}

/** What is queued would fill the disk (DL-82). Sizes in bytes. */
export function spaceForecast(directory: string, freeBytes: number, queuedBytes: number): KeiError {
  return new KeiError({
    code: 'DISK_FULL',
    kind: 'disk',
    message: `Stopped before the disk of ${directory} is full: ${Math.ceil(queuedBytes / MIB)} MiB are queued and ${Math.floor(freeBytes / MIB)} MiB were free.`,
    hint: 'Free some space and run kei again; nothing that is finished is fetched twice.',
    facts: { path: directory, free: freeBytes, queued: queuedBytes },
  });
}
