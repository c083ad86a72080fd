/** One step of a pattern: a run of anything, or a test of one character. */
type Step = 'run' | ((character: string) => boolean);

/**
 * Compiles file name patterns (cli 4.8) into one test: true for a name that any of them matches
 * whole, in either case. `*` and `**` are any run, slashes and leading dots included, `?` is one
 * character, `[abc]` and `[!a-z]` are one of a set; everything else is literal. Configuration has
 * refused broken patterns; a `[` without its `]` is literal here.
 */
export function compileGlobs(patterns: readonly string[]): (name: string) => boolean {
  const compiled = patterns.map(parse);
  return (name) => {
    const characters = Array.from(name);
    return compiled.some((steps) => matches(steps, characters));
  };
}

/** Walks with one point of return, the latest run: never more than pattern times name. */
function matches(steps: readonly Step[], name: readonly string[]): boolean {
  let at = 0;
  let step = 0;
  let retry: { step: number; at: number } | undefined;
  for (;;) {
    const current = steps[step];
    const character = name[at];
    if (current === 'run') {
      step += 1;
      retry = { step, at };
    } else if (current !== undefined && character !== undefined && current(character)) {
      step += 1;
      at += 1;
    } else if (current === undefined && character === undefined) {
      return true;
    } else if (retry !== undefined && retry.at < name.length) {
      retry.at += 1;
      ({ step, at } = retry);
    } else {
      return false;
    }
  }
}

function parse(pattern: string): readonly Step[] {
  const characters = Array.from(pattern);
  const steps: Step[] = [];
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at] ?? '';
    // A bracket right after the opening one stands for itself.
    const first = characters[at + 1] === '!' ? at + 2 : at + 1;
    const end = character === '[' ? characters.indexOf(']', first + 1) : -1;
    if (character === '*') {
      steps.push('run');
    } else if (character === '?') {
      steps.push(() => true);
    } else if (end > 0) {
      const isMember = parseSet(characters.slice(first, end));
      const negated = first === at + 2;
      steps.push((one) => isMember(one) !== negated);
      at = end;
    } else {
      const wanted = fold(character);
      steps.push((one) => fold(one) === wanted);
    }
  }
  return steps;
}

function parseSet(members: readonly string[]): (character: string) => boolean {
  const ranges: { readonly from: number; readonly to: number }[] = [];
  for (let at = 0; at < members.length; at += 1) {
    const from = members[at] ?? '';
    const isRange = members[at + 1] === '-' && members[at + 2] !== undefined;
    const to = isRange ? (members[at + 2] ?? '') : from;
    if (isRange) at += 2;
    ranges.push({ from: from.codePointAt(0) ?? 0, to: to.codePointAt(0) ?? 0 });
  }
  const holds = (text: string): boolean => {
    const point = text.codePointAt(0) ?? 0;
    return ranges.some(({ from, to }) => point >= from && point <= to);
  };
  return (character) =>
    holds(character) || holds(character.toLowerCase()) || holds(character.toUpperCase());
}

function fold(character: string): string {
  return character.toUpperCase().toLowerCase();
}
