import {
  searchName,
  type Candidate,
  type Choice,
  type ContentFacts,
  type Occupant,
} from '../../src/naming/index.js';

/** Drives a search with answers that are at hand. */
export function chooseName(
  wanted: ContentFacts,
  candidates: Iterable<Candidate>,
  look: (name: string) => Occupant,
  matchAmPm: boolean,
): Choice {
  const search = searchName(wanted, candidates, matchAmPm);
  let step = search.next();
  while (step.done !== true) step = search.next(look(step.value));
  return step.value;
}
