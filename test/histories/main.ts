/**
 * Random histories of a library and of the runs over it. `npm run histories -- --histories 300 --seed 1`;
 * `--selection albums` plays those of one selection, `--seed N --histories 1` one again.
 */
import { parseArgs } from 'node:util';
import { generateHistory, SELECTIONS, type SelectionName } from './history.js';
import { describeHistory, shrink, tryHistory } from './try-history.js';

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    selection: { type: 'string' },
    'no-shrink': { type: 'boolean', default: false },
  },
});
const isSelection = (name: string): name is SelectionName => name in SELECTIONS;
const { selection } = values;
if (selection !== undefined && !isSelection(selection)) {
  throw new Error(`--selection is one of ${Object.keys(SELECTIONS).join(', ')}.`);
}
const first = Number(values.seed);
const count = Number(values.histories);
const started = performance.now();
let failures = 0;
for (let seed = first; seed < first + count; seed += 1) {
  const history = generateHistory(seed, selection);
  const findings = await tryHistory(history);
  if (findings.length === 0) {
    process.stdout.write('.');
    continue;
  }
  failures += 1;
  process.stdout.write(`\n${findings.join('\n')}\n`);
  const small = values['no-shrink'] ? { history, findings } : await shrink(history, findings);
  process.stdout.write(`${describeHistory(small.history)}\n${small.findings.join('\n')}\n\n`);
}
const seconds = (performance.now() - started) / 1000;
process.stdout.write(
  `\n${count} histories, ${failures} with findings, ${(seconds / count).toFixed(2)} s each\n`,
);
process.exitCode = failures > 0 ? 1 : 0;
