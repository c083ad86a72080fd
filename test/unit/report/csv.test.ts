import { expect, it } from 'vitest';
import { csvRecord, type Cell } from '../../../src/report/csv.js';

it.each<[what: string, cells: readonly Cell[], line: string]>([
  ['plain values and nothing', ['a', 1, null, ''], 'a,1,,\r\n'],
  ['a comma', ['a,b'], '"a,b"\r\n'],
  ['quotes are doubled', ['say "hi"'], '"say ""hi"""\r\n'],
  ['line ends stay inside', ['a\nb\r\nc'], '"a\nb\r\nc"\r\n'],
  ['spaces at the ends are kept', [' a ', '\u00a0b'], '" a ","\u00a0b"\r\n'],
  ['what begins like a formula is as it is', ['=1+1', '@x', '-rf.jpg'], '=1+1,@x,-rf.jpg\r\n'],
])('cli 9.9, RFC 4180: %s', (_, cells, line) => {
  expect(csvRecord(cells)).toBe(line);
});
