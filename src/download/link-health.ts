import type { Rendition } from '../domain/rendition.js';
import { isAboutToExpire } from './url-expiry.js';

/** 401 and 403 without a byte in between after which the session is in doubt. */
const DOUBTFUL = 3;

/**
 * What the downloads of a pass have learned about their URLs. All URLs of one answer expire together
 * (protocol 8.1): where one has run out, no other of its batch is tried any more (RT-50).
 */
export class LinkHealth {
  #expiredUpToMs = Number.NEGATIVE_INFINITY;
  #sessionRefusals = 0;

  /** The session may be lost: more requests would only be refused too. */
  get isSessionDoubtful(): boolean {
    return this.#sessionRefusals >= DOUBTFUL;
  }

  /** A URL was refused with 401 or 403. */
  sessionRefused(): void {
    this.#sessionRefusals += 1;
  }

  /** A URL brought bytes, or nothing is left that could tell. */
  sessionTrusted(): void {
    this.#sessionRefusals = 0;
  }

  /** A URL that came with a listing has expired, as iCloud says (410): all that came with it have. */
  expired({ urlReceivedAtMs }: Rendition): void {
    this.#expiredUpToMs = Math.max(this.#expiredUpToMs, urlReceivedAtMs);
  }

  /** Whether a URL should be looked up anew before it is used (D53). */
  isStale({ url, urlReceivedAtMs }: Rendition, nowMs: number): boolean {
    return urlReceivedAtMs <= this.#expiredUpToMs || isAboutToExpire(url, urlReceivedAtMs, nowMs);
  }
}
