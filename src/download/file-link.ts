import type { Rendition } from '../domain/rendition.js';
import type { KeiError } from '../errors/index.js';
import type { Clock } from '../platform/clock.js';
import type { LinkHealth } from './link-health.js';
import { LinkRefusals } from './link-refusals.js';
import { isAboutToExpire } from './url-expiry.js';

export interface FileLinkDeps {
  readonly links: LinkHealth;
  readonly clock: Clock;
}

/** The link by which one file is fetched: whether it can be used as it is, and why it was refused. */
export class FileLink {
  readonly #deps: FileLinkDeps;
  readonly #refusals: LinkRefusals;
  #isUseless = false;
  /** It comes from a lookup of its own. */
  #isLookedUp = false;

  /** `path`: the final path of the file, for messages. */
  constructor(path: string, deps: FileLinkDeps) {
    this.#deps = deps;
    this.#refusals = new LinkRefusals(path);
  }

  /** Another one has to be looked up before anything is asked for again. */
  discard(): void {
    this.#isUseless = true;
  }

  /** A lookup has brought another one. */
  renewed(): void {
    this.#isUseless = false;
    this.#isLookedUp = true;
  }

  /** It delivered bytes. */
  delivered(): void {
    this.#refusals.clear();
    this.#deps.links.sessionTrusted();
  }

  /** Whether a status is about the link, so that another one may do better. */
  isRefusal(status: unknown): boolean {
    return this.#refusals.isRefusal(status);
  }

  /**
   * It was refused, and another one may do better.
   *
   * @throws the error that ends the series when another one would not.
   */
  refused(error: KeiError, rendition: Rendition): void {
    this.discard();
    this.#refusals.note(error, { ...rendition, isLookedUp: this.#isLookedUp }, this.#deps);
  }

  /**
   * Whether another one is to be looked up instead of using it (D53): also when it was looked up and
   * ran out while its file waited for a lane. That is not for ever: where one after the other has no
   * time, the next is used whatever it says. `isDone`: all bytes are there, and no link is needed.
   */
  needsAnother(rendition: Rendition, isDone: boolean): boolean {
    if (this.#isUseless) return true;
    if (isDone) return false;
    const { links, clock } = this.#deps;
    const nowMs = clock.now();
    // What a 410 said of the links of a listing says nothing of one that was looked up.
    if (!this.#isLookedUp) return links.isStale(rendition, nowMs);
    const { url, urlReceivedAtMs } = rendition;
    return isAboutToExpire(url, urlReceivedAtMs, nowMs) && this.#refusals.ranOutUnused();
  }
}
