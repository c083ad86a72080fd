import type { AssetSource, Library } from '../domain/index.js';
import type { IndexingState, PhotosService } from '../icloud/index.js';
import type { Logger } from '../platform/logger.js';

/**
 * What is asked once of a library for all the sources that a run lists there: whether it is indexed,
 * with a token that is older than every page (D60), and the counts, in one batch (EN-40).
 */
export class LibraryOverview {
  readonly #library: Library;
  readonly #service: PhotosService;
  readonly #log: Logger;
  #indexing: Promise<IndexingState> | undefined;
  #sources: readonly AssetSource[] = [];
  #counts: Promise<ReadonlyMap<AssetSource, number | undefined>> | undefined;

  constructor(
    library: Library,
    { service, log }: { readonly service: PhotosService; readonly log: Logger },
  ) {
    this.#library = library;
    this.#service = service;
    this.#log = log;
  }

  /** Names the sources that will be listed, so that they are counted in one request. */
  expect(sources: readonly AssetSource[]): void {
    this.#sources = sources;
  }

  indexing(): Promise<IndexingState> {
    this.#indexing ??= this.#askIndexing();
    return this.#indexing;
  }

  /** The count of a source; `undefined` when it failed: counts are hints (EN-41). */
  async countOf(source: AssetSource): Promise<number | undefined> {
    this.#counts ??= this.#askCounts();
    return (await this.#counts).get(source);
  }

  async #askIndexing(): Promise<IndexingState> {
    const indexing = await this.#service.checkIndexing(this.#library);
    if (!indexing.finished) {
      this.#log.warn('iCloud is still indexing this library, so the listing may be incomplete', {
        library: this.#library.zone,
        state: indexing.state ?? 'unknown',
      });
    }
    return indexing;
  }

  async #askCounts(): Promise<ReadonlyMap<AssetSource, number | undefined>> {
    try {
      const counts = await this.#service.countAssets(this.#library, this.#sources);
      return new Map(this.#sources.map((source, position) => [source, counts[position]]));
    } catch {
      // What ended the account or the session is met by the listing itself.
      return new Map();
    }
  }
}
