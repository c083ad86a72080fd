/**
 * `npm run bench [-- SCENARIO[=COUNT]... [--write]]`: measures the built kei against the simulator in
 * a process of its own. `--write` puts the numbers into docs/performance.md.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import type { Row } from './scenario.js';
import { SCENARIOS } from './scenarios.js';

const PAGE = new URL('../../docs/performance.md', import.meta.url);
const MARKS = ['<!-- numbers -->', '<!-- end of numbers -->'] as const;
const HEADINGS = ['', 'wall s', 'files/s', 'MB/s', 'CPU s', 'peak MB', ''];

async function main(args: readonly string[]): Promise<void> {
  const wanted = args.filter((arg) => arg !== '--write');
  const chosen = wanted.length > 0 ? wanted : Object.keys(SCENARIOS);
  const text = [machine()];
  for (const choice of chosen) {
    const [name = '', count] = choice.split('=');
    const scenario = SCENARIOS[name];
    if (scenario === undefined) {
      throw new Error(`No scenario ${name}: choose among ${Object.keys(SCENARIOS).join(', ')}.`);
    }
    const number = Number(count ?? scenario.count);
    const before = loadavg()[0] ?? 0;
    const rows: Row[] = [];
    for await (const row of scenario.run(number)) rows.push(row);
    const load = `Load before ${before.toFixed(1)}, after ${(loadavg()[0] ?? 0).toFixed(1)}.`;
    const title = `${scenario.title} (${number.toLocaleString('en')})`;
    text.push('', title, '', table(rows), '', load);
    process.stdout.write(`\n${title}\n${table(rows)}\n${load}\n`);
  }
  if (args.includes('--write')) await writeNumbers(text.join('\n'));
}

function machine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} x ${first?.model ?? 'CPU'}, ${memory} GiB, Node ${process.versions.node}`;
}

function table(rows: readonly Row[]): string {
  const lines = [HEADINGS, ...rows.map(cells)];
  const widths = HEADINGS.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const padded = lines.map((line) =>
    line
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  return padded.join('\n');
}

function cells({ what, files, bytes, usage, note = '' }: Row): string[] {
  const { wallSeconds, cpuSeconds, peakBytes } = usage;
  const rate = (amount: number | undefined) =>
    amount === undefined ? '' : (amount / wallSeconds).toFixed(1);
  return [
    what,
    wallSeconds.toFixed(2),
    rate(files),
    rate(bytes === undefined ? undefined : bytes / 1e6),
    cpuSeconds.toFixed(2),
    (peakBytes / 1e6).toFixed(1),
    note,
  ];
}

async function writeNumbers(text: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const [start, end] = MARKS;
  const head = page.slice(0, page.indexOf(start) + start.length);
  const tail = page.slice(page.indexOf(end));
  await writeFile(PAGE, `${head}\n\n\`\`\`text\n${text}\n\`\`\`\n\n${tail}`);
}

await main(process.argv.slice(2));
