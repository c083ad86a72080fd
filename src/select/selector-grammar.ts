/** The grammar that the lists of `[filters]` share (cli 4.1, D69). */

/** A parsed list, or every problem in it as a sentence without its final full stop. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly string[] };

/** One entry of a list: a keyword or a name, taken or left out. */
export type Entry<Word> =
  | { readonly kind: 'word'; readonly word: Word; readonly excluded: boolean }
  | { readonly kind: 'name'; readonly name: string; readonly excluded: boolean };

/** What is special about one list. */
export interface Grammar<Word extends string> {
  readonly words: readonly Word[];
  /** Words that `!` may take away. */
  readonly excludable: readonly Word[];
  /** Words that include everything a positive name could add. */
  readonly whole: readonly Word[];
  /** The form in which two names are the same name. */
  readonly fold: (name: string) => string;
}

/** One list entry (cli 4.1), or what is wrong with it. */
function parseEntry<Word extends string>(
  raw: string,
  grammar: Grammar<Word>,
): Entry<Word> | { readonly kind: 'problem'; readonly problem: string } {
  const text = raw.trim();
  const problem = (sentence: string) => ({ kind: 'problem', problem: sentence }) as const;
  if (text === '') return problem('an entry is empty; remove it');
  if (text.startsWith('!=')) {
    return problem(`${quote(text)} mixes "!" and "="; write "!name" to leave a name out`);
  }
  if (text.startsWith('=')) {
    const name = text.slice(1).trim();
    return name === ''
      ? problem('"=" needs a name after it')
      : { kind: 'name', name, excluded: false };
  }
  const excluded = text.startsWith('!');
  const name = excluded ? text.slice(1).trim() : text;
  if (name === '') return problem('"!" needs a name after it');
  const word = grammar.words.find((candidate) => candidate === name.toLowerCase());
  if (word === undefined) return { kind: 'name', name, excluded };
  if (excluded && !grammar.excludable.includes(word)) {
    return problem(`${quote(text)} is not possible: "${word}" is a keyword here, not a name`);
  }
  return { kind: 'word', word, excluded };
}

/** Parses all entries and applies the rules that the three categories share (cli 4.1, D69). */
export function parseEntries<Word extends string>(
  list: readonly string[],
  grammar: Grammar<Word>,
): Parsed<readonly Entry<Word>[]> {
  const entries: Entry<Word>[] = [];
  const problems: string[] = [];
  const seen = new Map<string, boolean>();
  for (const raw of list) {
    const entry = parseEntry(raw, grammar);
    if (entry.kind === 'problem') {
      problems.push(entry.problem);
      continue;
    }
    const shown = quote(entry.kind === 'word' ? entry.word : entry.name);
    const key = entry.kind === 'word' ? `word ${entry.word}` : `name ${grammar.fold(entry.name)}`;
    const before = seen.get(key);
    if (before === entry.excluded) problems.push(`${shown} is listed twice; remove one`);
    else if (before !== undefined) problems.push(`${shown} is both included and left out`);
    else entries.push(entry);
    seen.set(key, entry.excluded);
  }
  problems.push(...combinationProblems(entries, grammar));
  return problems.length === 0 ? { ok: true, value: entries } : { ok: false, problems };
}

function combinationProblems<Word extends string>(
  entries: readonly Entry<Word>[],
  grammar: Grammar<Word>,
): string[] {
  const words = entries.flatMap((entry) =>
    entry.kind === 'word' && !entry.excluded ? [entry.word as string] : [],
  );
  if (words.includes('none') && entries.length > 1) {
    return ['"none" cannot be combined with other entries'];
  }
  const whole = grammar.whole.find((word) => words.includes(word));
  if (whole === undefined) return [];
  const others = entries.filter(
    (entry) => !entry.excluded && !(entry.kind === 'word' && entry.word === whole),
  );
  return others.map((entry) => {
    const shown = quote(entry.kind === 'word' ? entry.word : entry.name);
    return `"${whole}" includes ${shown} already; keep one of the two`;
  });
}

/** The entries by what they are. */
export function split(entries: readonly Entry<string>[]): {
  words: string[];
  names: string[];
  excluded: string[];
} {
  const words: string[] = [];
  const names: string[] = [];
  const excluded: string[] = [];
  for (const entry of entries) {
    if (entry.kind === 'word') words.push(entry.word);
    else (entry.excluded ? excluded : names).push(entry.name);
  }
  return { words, names, excluded };
}

/** As messages show what was written. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
