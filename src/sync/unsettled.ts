import type { MetaReader, MetaWriter } from '../state/index.js';
import type { Pass } from './pass.js';
import type { TokenFacts } from './token-verdict.js';

/**
 * Whether a library changed after some of its places were listed and before the last one was. A photo
 * that came out of the trash in between was in no album yet when the albums were listed, and is met
 * later among all photos: as one of no album, though it is in some.
 */
export function changedWhileListed(
  { passes, listings }: Pick<TokenFacts, 'passes' | 'listings'>,
  token: string,
): boolean {
  if (!passes.some(isAlbum)) return false;
  return [...listings.values()].some(
    ({ listing }) =>
      listing !== undefined && (listing.syncToken !== token || listing.lastToken !== token),
  );
}

function isAlbum({ source }: Pass): boolean {
  return source.kind === 'album';
}

/** The run that listed a zone while it changed, if no later run has read what changed since. */
export function unsettledRun(zone: string, meta: MetaReader | undefined): number | undefined {
  const run = meta?.get(keyOf(zone));
  return run === undefined ? undefined : Number(run);
}

/** Goes with the zone's token into one commit: the feed from that token on tells what changed. */
export function noteUnsettled(zone: string, run: number | undefined, meta: MetaWriter): void {
  if (run === undefined) meta.delete(keyOf(zone));
  else meta.set(keyOf(zone), String(run));
}

function keyOf(zone: string): string {
  return `changed_while_listed:${zone}`;
}
