/** A local file of the right content, as far as the choice between several of them cares. */
export interface Candidate {
  readonly path: string;
  /** Its place among the paths that the rendition would have; `undefined` when it is none of them. */
  readonly expected: number | undefined;
  /** It holds a rendition already. */
  readonly taken: boolean;
  /** Below the download folder. */
  readonly inside: boolean;
  /** Its name is the one that iCloud has. */
  readonly sameName: boolean;
}

/**
 * Chooses between files of one content: one that holds nothing yet before one that does, where it
 * is expected before anywhere else, below the download folder before outside, under its own name
 * before another one. `placesOnly`: the rendition has a file in another place already, so only a
 * file that lies where this place expects it is a second one; a mere copy is not.
 */
export function chooseLocal<C extends Candidate>(
  candidates: readonly C[],
  { placesOnly }: { readonly placesOnly: boolean },
): C | undefined {
  const allowed = candidates.filter(({ expected }) => !placesOnly || expected !== undefined);
  return [...allowed].sort(compare)[0];
}

function compare(one: Candidate, other: Candidate): number {
  return (
    Number(one.taken) - Number(other.taken) ||
    (one.expected ?? Infinity) - (other.expected ?? Infinity) ||
    Number(other.inside) - Number(one.inside) ||
    Number(other.sameName) - Number(one.sameName) ||
    (one.path < other.path ? -1 : Number(one.path > other.path))
  );
}
