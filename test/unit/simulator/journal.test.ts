import { expect, it } from 'vitest';
import type { SimRequest } from '../../../src/simulator/http-io.js';
import { Journal } from '../../../src/simulator/journal.js';

const request: SimRequest = {
  site: 'setup',
  method: 'POST',
  host: 'setup.icloud.com',
  path: '/setup/ws/1/validate',
  query: new URLSearchParams('a=1'),
  headers: { range: 'bytes=0-' },
  body: Buffer.from('null'),
  cookies: new Map(),
};
const end = { status: 200, bytesSent: 4, aborted: false };

function run(journal: Journal, operation = 'validate', status = 200): void {
  journal.close(journal.open(request, { operation }), { ...end, status });
}

it('keeps entries, filters and counts them', () => {
  const journal = new Journal(() => 5);
  run(journal);
  run(journal, 'accountLogin', 421);
  expect(journal.entries).toMatchObject([
    { seq: 1, at: 5, operation: 'validate', range: 'bytes=0-', status: 200, finished: true },
    { seq: 2, status: 421 },
  ]);
  expect(journal.filter({ status: 421 })).toHaveLength(1);
  expect(journal.count((entry) => entry.path.includes('validate'))).toBe(2);
  expect(journal.entries[0]?.detail).toBeUndefined();
});

it('keeps only the newest, and counts for ever', () => {
  const journal = new Journal(() => 0, { keep: 3 });
  for (let i = 0; i < 1000; i++) run(journal, i % 2 === 0 ? 'validate' : 'logout');
  expect(journal.entries.map((entry) => entry.seq)).toEqual([998, 999, 1000]);
  expect(journal.total).toBe(1000);
  expect(journal.tally({ operation: 'logout' })).toBe(500);
  expect(journal.tally({ site: 'setup', status: 200 })).toBe(1000);
  expect(journal.summary()).toHaveLength(2);
  const countsOnly = new Journal(() => 0, { keep: 0 });
  run(countsOnly);
  expect(countsOnly.entries).toEqual([]);
  expect(countsOnly.tally()).toBe(1);
});

it('keeps details when asked', () => {
  const journal = new Journal(() => 0, { details: true });
  run(journal);
  expect(journal.entries[0]?.detail).toMatchObject({ query: 'a=1', body: 'null' });
});

it('waits for requests, past and to come', async () => {
  const journal = new Journal(() => 0);
  run(journal);
  await expect(journal.waitFor({ operation: 'validate' })).resolves.toMatchObject({ seq: 1 });
  const arrival = journal.waitFor({ operation: 'logout' });
  const ending = journal.waitFor({ operation: 'logout', finished: true });
  const entry = journal.open(request, { operation: 'logout' });
  await expect(arrival).resolves.toBe(entry);
  journal.close(entry, end);
  await expect(ending).resolves.toBe(entry);
  await expect(journal.waitFor({ status: 500 }, 5)).rejects.toThrow(/No such request within 5 ms/);
});

it('knows how many requests were open at one time, and tells listeners', () => {
  const journal = new Journal(() => 0);
  const seen: number[] = [];
  const stop = journal.subscribe((entry) => seen.push(entry.seq));
  const open = [1, 2, 3].map(() => journal.open(request, {}));
  for (const entry of open) journal.close(entry, end);
  run(journal);
  expect(journal.peak('setup')).toBe(3);
  expect(journal.peak('content')).toBe(0);
  stop();
  run(journal);
  expect(seen).toEqual([1, 2, 3, 4]);
});
