import type { MetaReader, MetaWriter } from '../state/index.js';

/**
 * The run since which photos of a zone may have been met without their albums: it listed while the
 * library changed, or listed and did not come to its end, and no later run has read what changed.
 */
export function unsettledRun(zone: string, meta: MetaReader | undefined): number | undefined {
  const run = meta?.get(keyOf(zone));
  return run === undefined ? undefined : Number(run);
}

/** A listing begins: until a token is stored, what it meets may be in albums that nobody asked for it. */
export function beginUnsettled(zone: string, run: number, meta: MetaWriter): void {
  if (unsettledRun(zone, meta) === undefined) noteUnsettled(zone, run, meta);
}

/** Goes with the zone's token into one commit: the feed from that token on tells what changed. */
export function noteUnsettled(zone: string, run: number | undefined, meta: MetaWriter): void {
  if (run === undefined) meta.delete(keyOf(zone));
  else meta.set(keyOf(zone), String(run));
}

function keyOf(zone: string): string {
  return `changed_while_listed:${zone}`;
}
