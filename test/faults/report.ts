import * as prettier from 'prettier';
import type { Row } from './measure.js';

export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

/**
 * The text of docs/faults.md: the given sections, and those of the text before that were not played
 * this time, in the order of `titles`.
 */
export async function documentOf(
  sections: readonly Section[],
  alone: { readonly assets: number; readonly chance: number },
  titles: readonly string[],
  before: string,
): Promise<string> {
  const played = new Map(sections.map(({ title, rows }) => [title, table(rows).join('\n')]));
  const kept = new Map(
    before
      .split(/^## /m)
      .slice(1)
      .map((text) => [text.slice(0, text.indexOf('\n')), text.slice(text.indexOf('\n')).trim()]),
  );
  const text = [
    '# Faults',
    '',
    'Written by `npm run faults`: what the simulator (or the computer) does, what the built `kei` makes of',
    'it, and what that costs. A run that ends with 2 is repeated. "Calls" are listings, lookups, downloads',
    'and sign-ins with the password. "Wasted" are bytes that were sent and are in no file; what lay in the',
    'buffers of a connection that broke is among them. "Harmed" counts files that are missing, doubled, not',
    'the bytes of iCloud, or at odds with the database, and partials that are left: it has to be 0.',
    '',
    `Alone, a fault meets each request of its kind with a chance of ${alone.chance * 100} %, in a library of ${alone.assets} assets.`,
    'Damage meets a file once: one that comes twice in the same way is taken for a wrong record of iCloud,',
    'and kept with a warning (D51).',
    ...titles.flatMap((title) => {
      const text = played.get(title) ?? kept.get(title);
      return text === undefined ? [] : ['', `## ${title}`, '', text];
    }),
    '',
  ].join('\n');
  return prettier.format(text, { parser: 'markdown', printWidth: 100 });
}

function table(rows: readonly Row[]): string[] {
  return [
    '| iCloud or the computer … | kei … | exit codes | calls | wasted | harmed |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => {
      const calls = [row.listings, row.lookups, row.downloads, row.signIns].join(' / ');
      const cells = [row.does, row.kei, folded(row.ends), calls, bytes(row.wasted), row.harmed];
      return `| ${cells.join(' | ')} |`;
    }),
  ];
}

/** `2, 2, 0` as `2 ×2, 0`; a repeated pair as `(2, 0) ×2`. */
function folded(ends: readonly string[]): string {
  const counted: [text: string, times: number][] = [];
  for (const end of ends) {
    const last = counted.at(-1);
    if (last?.[0] === end) last[1] += 1;
    else counted.push([end, 1]);
  }
  const texts = counted.map(([text, times]) => (times === 1 ? text : `${text} ×${times}`));
  const half = pairs(texts);
  return half ?? texts.join(', ');
}

function pairs(texts: readonly string[]): string | undefined {
  const [first, second] = texts;
  const times = texts.length / 2;
  const alternates = texts.every((text, index) => text === (index % 2 === 0 ? first : second));
  return alternates && Number.isInteger(times) && times > 1
    ? `(${first ?? ''}, ${second ?? ''}) ×${times}`
    : undefined;
}

function bytes(count: number): string {
  return count < 10_000_000 ? String(count) : `${Math.round(count / 1e6)} MB`;
}
