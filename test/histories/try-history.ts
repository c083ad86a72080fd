import type { History, Step } from './history.js';
import { judge } from './judge.js';
import { play } from './play.js';

/** Plays a history and says what is wrong with what came out. */
export async function tryHistory(history: History): Promise<readonly string[]> {
  return judge(await play(history));
}

/** The words of a finding without its numbers and names: what a smaller history must still show. */
function kindOf(finding: string): string {
  return finding.replace(/\d+/g, '#').split(/[:(]/)[0]!.split(' ').slice(-3).join(' ');
}

/** Leaves out steps as long as one of the same findings comes back; the rest, and what it shows. */
export async function shrink(
  history: History,
  findings: readonly string[],
): Promise<{ readonly history: History; readonly findings: readonly string[] }> {
  const kinds = new Set(findings.map(kindOf));
  let best = { history, findings };
  const attempt = async (steps: readonly Step[]): Promise<boolean> => {
    const smaller = { ...history, steps };
    const found = await tryHistory(smaller);
    if (!found.some((one) => kinds.has(kindOf(one)))) return false;
    best = { history: smaller, findings: found };
    return true;
  };
  for (let size = Math.ceil(history.steps.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let start = 0; start < best.history.steps.length;) {
      const { steps } = best.history;
      if (!(await attempt([...steps.slice(0, start), ...steps.slice(start + size)]))) start += size;
    }
  }
  return best;
}

/** A history for people: what it selects, and a line for each step. */
export function describeHistory(history: History): string {
  const { seed, selection, edited, shared, masters, steps } = history;
  const facts = `selection ${selection}, edited ${edited}, shared as ${shared}, masters ${masters}`;
  const head = `seed ${seed}, ${facts}`;
  return [head, ...steps.map((step) => `  ${JSON.stringify(step)}`)].join('\n');
}
