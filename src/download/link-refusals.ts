import type { Rendition } from '../domain/rendition.js';
import { contentMissing, sessionRejected, urlExpired } from '../errors/download-errors.js';
import type { KeiError } from '../errors/index.js';
import type { Clock } from '../platform/clock.js';
import type { LinkHealth } from './link-health.js';
import { hasRunOut } from './url-expiry.js';

/** Links in a row that ran out, on their way or before, until the file is left for the next run. */
const MAX_RAN_OUT = 20;

type Refusal = 'unusable' | 'session' | 'gone' | 'expired';

/** Refusals that a URL looked up anew may cure (protocol 8.3, D52). */
const REFUSALS: ReadonlyMap<unknown, Refusal> = new Map<unknown, Refusal>([
  [400, 'unusable'],
  [401, 'session'],
  [403, 'session'],
  [404, 'gone'],
  [410, 'expired'],
]);

/** A link that was refused. */
export interface RefusedLink extends Rendition {
  /** It came with a lookup of its own, not with a listing. */
  readonly isLookedUp: boolean;
}

/**
 * Why the links of one file were refused since one last delivered a byte: the same refusal again is
 * final. A link that had run out by its own word was refused because this computer, or the network,
 * is slow: that counts against nobody, so that a library is fetched however short its links live.
 */
export class LinkRefusals {
  readonly #path: string;
  readonly #seen = new Set<Refusal>();
  #ranOut = 0;

  /** `path`: the final path of the file, for messages. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Whether a status is about the link, so that another one may do better. */
  isRefusal(status: unknown): boolean {
    return REFUSALS.has(status);
  }

  /** A link delivered bytes. */
  clear(): void {
    this.#seen.clear();
    this.#ranOut = 0;
  }

  /**
   * Takes note of a looked-up link that ran out before it could be used; false when there were so
   * many in a row that yet another one would do no better.
   */
  ranOutUnused(): boolean {
    this.#ranOut += 1;
    return this.#ranOut < MAX_RAN_OUT;
  }

  /**
   * Takes note of a refusal, here and for the other files of the pass.
   *
   * @throws the error that ends the series when another link would not help.
   */
  note(
    error: KeiError,
    link: RefusedLink,
    { links, clock }: { readonly links: LinkHealth; readonly clock: Clock },
  ): void {
    const refusal = REFUSALS.get(error.facts['status']) ?? 'unusable';
    const ranOut = refusal === 'expired' && link.isLookedUp && hasRunOut(link.url, clock.now());
    if (ranOut) {
      this.#ranOut += 1;
      if (this.#ranOut < MAX_RAN_OUT) return;
    }
    if (ranOut || this.#seen.has(refusal)) throw refusedTwice(error, refusal, this.#path);
    this.#seen.add(refusal);
    if (refusal === 'session') links.sessionRefused();
    if (refusal === 'expired' && !link.isLookedUp) links.expired(link);
  }
}

/** What a refusal means when a URL looked up because of it was refused in the same way. */
function refusedTwice(error: KeiError, refusal: Refusal, path: string): KeiError {
  switch (refusal) {
    case 'session':
      return sessionRejected(path, Number(error.facts['status']));
    case 'gone':
      return contentMissing(path);
    case 'expired':
      return urlExpired(path);
    case 'unusable':
      return error;
  }
}
