import { accept, list, refuse, type Reading, type ValueType } from './value-types.js';

/** What is wrong with a file-name glob (cli 4.8): `*`, `?`, `**`, `[abc]`, `[!a-z]`. */
export function globProblem(glob: string): string | undefined {
  if (glob === '') return 'the pattern "" matches nothing; remove it';
  const shown = JSON.stringify(glob);
  const characters = Array.from(glob);
  for (let at = 0; at < characters.length; at++) {
    if (characters[at] !== '[') continue;
    const first = characters[at + 1] === '!' ? at + 2 : at + 1;
    // A bracket right after the opening one stands for itself.
    const end = characters.indexOf(']', first + 1);
    if (end === -1) return `the pattern ${shown} has a "[" without its "]"`;
    const range = backwardRange(characters.slice(first, end));
    if (range !== undefined) return `the pattern ${shown} has the range "${range}" backwards`;
    at = end;
  }
  return undefined;
}

function backwardRange(inside: readonly string[]): string | undefined {
  for (let at = 1; at < inside.length - 1; at++) {
    const [from, dash, to] = inside.slice(at - 1, at + 2);
    if (dash !== '-' || from === undefined || to === undefined) continue;
    if (from > to) return `${from}-${to}`;
    at += 2;
  }
  return undefined;
}

function parseGlobs(entries: readonly string[]): Reading<readonly string[]> {
  const problems = entries.flatMap((entry) => globProblem(entry) ?? []);
  return problems.length > 0 ? refuse(...problems) : accept(entries);
}

export const globs: ValueType<readonly string[]> = list(
  'list of file name patterns',
  parseGlobs,
  (value) => value,
);
