import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PlannedFile } from '../../src/domain/index.js';
import { Bandwidth } from '../../src/download/bandwidth.js';
import { runDownloads } from '../../src/download/pipeline.js';
import type {
  PipelineDeps,
  PipelineEvent,
  PipelineOptions,
} from '../../src/download/pipeline-contract.js';
import { SessionCircuit } from '../../src/download/session-circuit.js';
import { SpaceForecast } from '../../src/download/space-forecast.js';
import { KeiError } from '../../src/errors/index.js';
import { SharedPause } from '../../src/http/index.js';
import { systemFiles } from '../../src/platform/files.js';
import { DownloadBench } from '../support/download-bench.js';
import { ManualClock } from '../support/manual-clock.js';
import { factsOf, jpeg, plannedFile } from '../support/planned-files.js';
import {
  file,
  pausedBeforeEnd,
  stallAfter,
  status,
  type Answer,
} from '../support/scripted-server.js';

let bench: DownloadBench;
/** The files that were pulled and committed so far. */
let pulled: string[];
let committed: string[];

beforeEach(async () => {
  bench = await DownloadBench.open();
  pulled = [];
  committed = [];
});
afterEach(() => bench.close());

/** The bytes of file number `n`, served under `/B/n`. */
const content = (n: number) => jpeg(5_000 + n, n);

function planned(n: number, name = `IMG_${n}.jpg`): PlannedFile {
  const url = `https://cvws.icloud-content.com/B/${n}`;
  return plannedFile(bench.path(name), { ...factsOf(content(n)), url });
}

const numberIn = (path: string) => Number(/^\/B\/(\d+)/.exec(path)?.[1]);

/** Serves every file, or what `special` says for its number. */
function serve(special: Readonly<Record<number, Answer>> = {}): void {
  bench.server.always((request, response) => {
    const n = numberIn(request.path);
    (special[n] ?? file(content(n)))(request, response);
  });
}

async function* plan(files: Iterable<PlannedFile>) {
  for (const one of files) {
    pulled.push(basename(one.path));
    yield one;
  }
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => planned(i + 1));

function run(
  files: AsyncIterable<PlannedFile>,
  options: Partial<PipelineOptions> & { perTransfer?: number } = {},
  deps: Partial<PipelineDeps> = {},
): AsyncGenerator<PipelineEvent> {
  const { perTransfer = 0, ...rest } = options;
  return runDownloads(
    files,
    { threads: 2, settings: bench.settings({ perTransfer }), ...rest },
    {
      ...bench.deps,
      circuit: new SessionCircuit(),
      renewSession: async () => false,
      commit: async (result) => void committed.push(basename(result.file.path)),
      ...deps,
    },
  );
}

/** All events in words: `IMG_1.jpg downloaded`, `stopped disk`. */
async function events(from: AsyncIterable<PipelineEvent>): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of from) {
    seen.push(
      event.kind === 'stopped'
        ? `stopped ${event.reason}`
        : `${basename(event.file.path)} ${event.outcome.status}`,
    );
  }
  return seen;
}

describe('a bounded pipeline', () => {
  it('DL-5: downloads everything, with at most `threads` at once', async () => {
    serve();
    let running = 0;
    let most = 0;
    const client: PipelineDeps['client'] = {
      get: async (request) => {
        running += 1;
        most = Math.max(most, running);
        return bench.deps.client.get(request);
      },
    };
    const commit = async () => void (running -= 1);
    const seen = await events(run(plan(numbered(12)), { threads: 3 }, { client, commit }));
    expect(seen.sort()).toEqual(
      numbered(12)
        .map((_, i) => `IMG_${i + 1}.jpg downloaded`)
        .sort(),
    );
    expect(most).toBe(3);
    expect(await bench.names()).toHaveLength(12);
  });

  it('D73: pulls the next file only when there is a place for it', async () => {
    serve();
    let most = 0;
    const commit = async ({ file: one }: { file: PlannedFile }) => {
      most = Math.max(most, pulled.length - committed.length);
      committed.push(basename(one.path));
    };
    await events(run(plan(numbered(30)), { threads: 4 }, { commit }));
    expect(pulled).toHaveLength(30);
    expect(most).toBeLessThanOrEqual(4);
  });

  it('begins with the first file, long before the listing ends', async () => {
    serve();
    let release: () => void = () => undefined;
    const firstSeen = new Promise<void>((resolve) => (release = resolve));
    async function* slowListing() {
      yield planned(1);
      await firstSeen;
      yield planned(2);
    }
    const seen: string[] = [];
    for await (const event of run(slowListing())) {
      if (event.kind === 'file') seen.push(basename(event.file.path));
      release();
    }
    expect(seen).toEqual(['IMG_1.jpg', 'IMG_2.jpg']);
  });

  it('the row is written before the file counts as finished, and after its name', async () => {
    serve();
    const order: string[] = [];
    const commit = async ({ file: one }: { file: PlannedFile }) => {
      order.push(`commit ${(await readFile(one.path)).length}`);
    };
    for await (const event of run(plan([planned(1)]), {}, { commit })) order.push(event.kind);
    expect(order).toEqual(['commit 5001', 'file']);
  });

  it('RT-64: a planner that fails: the rest ends first, then it rejects', async () => {
    serve();
    async function* broken() {
      yield planned(1);
      yield planned(2);
      throw new Error('listing failed');
    }
    await expect(events(run(broken()))).rejects.toThrow('listing failed');
    expect(committed.sort()).toEqual(['IMG_1.jpg', 'IMG_2.jpg']);
  });

  it('a row that cannot be written stops the run and rejects', async () => {
    serve();
    const commit = async () => {
      throw new KeiError({ code: 'STATE_WRITE', kind: 'state', message: 'no' });
    };
    await expect(events(run(plan(numbered(9)), {}, { commit }))).rejects.toMatchObject({
      code: 'STATE_WRITE',
    });
    expect(pulled.length).toBeLessThan(9);
  });

  it('leaving early cancels what is under way and closes the listing', async () => {
    serve({ 2: stallAfter(100, content(2)) });
    let closed = false;
    async function* listing() {
      try {
        yield* plan(numbered(9));
      } finally {
        closed = true;
      }
    }
    for await (const event of run(listing())) {
      expect(event.kind).toBe('file');
      break;
    }
    expect(closed).toBe(true);
    expect(committed.length).toBeLessThan(9);
  });

  it('many threads raise no warning about listeners', async () => {
    serve();
    const warnings: Error[] = [];
    const listen = (warning: Error) => void warnings.push(warning);
    process.on('warning', listen);
    await events(run(plan(numbered(40)), { threads: 20 }));
    await new Promise((resolve) => setImmediate(resolve));
    process.off('warning', listen);
    expect(warnings).toEqual([]);
  });

  it('case 45: one bandwidth for all', async () => {
    serve();
    const start = bench.clock.monotonic();
    const bandwidth = new Bandwidth(10_000, bench.clock);
    await events(run(plan(numbered(10)), { threads: 10 }, { bandwidth }));
    expect(bench.clock.monotonic() - start).toBeGreaterThanOrEqual(5_000);
  });
});

describe('files that fail', () => {
  it('do not end the run: cases 33 and 38', async () => {
    serve({ 1: status(410), 2: status(418), 3: status(500) });
    const seen = await events(
      run(plan(numbered(6)), {}, { refresh: async (one) => one.rendition }),
    );
    expect(seen.sort()).toEqual([
      'IMG_1.jpg failed',
      'IMG_2.jpg failed',
      'IMG_3.jpg failed',
      'IMG_4.jpg downloaded',
      'IMG_5.jpg downloaded',
      'IMG_6.jpg downloaded',
    ]);
    expect(committed).toHaveLength(6);
  });

  it('case 32, RT-30: two refused sessions do not stop the run', async () => {
    serve({ 1: status(401), 2: status(403) });
    const refresh = async (one: PlannedFile) => one.rendition;
    const seen = await events(run(plan(numbered(8)), { threads: 1 }, { refresh }));
    expect(seen).toHaveLength(8);
    expect(seen.slice(-3)).toEqual([
      'IMG_8.jpg downloaded',
      'IMG_1.jpg failed',
      'IMG_2.jpg failed',
    ]);
  });

  it('case 32, RT-30: the third does, over all passes of a cycle', async () => {
    serve({ 1: status(401), 2: status(403), 3: status(401) });
    const refresh = async (one: PlannedFile) => one.rendition;
    const circuit = new SessionCircuit();
    const deps = { refresh, circuit };
    const first = plan([planned(1), planned(2), planned(4)]);
    expect(await events(run(first, { threads: 1 }, deps))).toHaveLength(3);
    const second = await events(run(plan([planned(3), planned(5)]), { threads: 1 }, deps));
    expect(second.slice(-2)).toEqual(['IMG_3.jpg failed', 'stopped session']);
    const third = plan(numbered(9).slice(5));
    expect(await events(run(third, { threads: 1 }, deps))).toEqual([]);
    expect(committed).not.toContain('IMG_6.jpg');
  });

  it('RT-30: with three refused in a row nothing more is begun before they are looked up', async () => {
    serve({ 1: status(401), 2: status(403), 3: status(401) });
    const refresh = async (one: PlannedFile) => one.rendition;
    const seen = await events(run(plan(numbered(9)), { threads: 1 }, { refresh }));
    expect(seen.at(-1)).toBe('stopped session');
    expect(pulled).toEqual(['IMG_1.jpg', 'IMG_2.jpg', 'IMG_3.jpg']);
  });

  it('RT-31: a new session gets what the old one did not, and the rest, in one go', async () => {
    let isRenewed = false;
    bench.server.always((request, response) => {
      const answer = isRenewed ? file(content(Number(basename(request.path)))) : status(401);
      answer(request, response);
    });
    const reasons: string[] = [];
    const renewSession = async ({ code }: KeiError) => {
      reasons.push(code);
      return (isRenewed = true);
    };
    const refresh = async (one: PlannedFile) => one.rendition;
    const seen = await events(run(plan(numbered(8)), { threads: 2 }, { refresh, renewSession }));
    expect(seen).toHaveLength(8);
    expect(seen.every((line) => line.endsWith('downloaded'))).toBe(true);
    expect(reasons).toEqual(['SESSION_REJECTED']);
  });

  it('RT-32: gives up with the sentence of whoever signs in', async () => {
    serve({ 1: status(401), 2: status(401), 3: status(401) });
    const refresh = async (one: PlannedFile) => one.rendition;
    const renewSession = () => Promise.reject(new Error('giving up after 3 re-auth attempts'));
    const running = events(run(plan(numbered(9)), { threads: 1 }, { refresh, renewSession }));
    await expect(running).rejects.toThrow('giving up after 3 re-auth attempts');
    expect(committed).toEqual([]);
  });

  it('a session that a fresh URL cures does not count', async () => {
    const tried = new Set<number>();
    bench.server.always((request, response) => {
      const n = Number(basename(request.path));
      const answer = tried.has(n) ? file(content(n)) : status(403);
      tried.add(n);
      answer(request, response);
    });
    const seen = await events(
      run(plan(numbered(6)), {}, { refresh: async (one) => one.rendition }),
    );
    expect(seen.every((line) => line.endsWith('downloaded'))).toBe(true);
  });

  it('D57: a full disk: nothing new, what is under way ends', async () => {
    const paused = pausedBeforeEnd(content(1));
    serve({ 1: paused.answer });
    const link = (from: string, to: string) => {
      if (!to.endsWith('IMG_2.jpg')) return systemFiles.link(from, to);
      setImmediate(paused.goOn);
      return Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC', syscall: 'link' }));
    };
    const files = { ...systemFiles, link };
    const seen = await events(run(plan(numbered(9)), {}, { files }));
    expect(seen).toEqual(['IMG_2.jpg failed', 'IMG_1.jpg downloaded', 'stopped disk']);
    expect(pulled).toHaveLength(2);
  });

  it('case 42: trouble with one path does not stop the others', async () => {
    serve();
    await writeFile(bench.path('2024'), 'a file where a folder should be');
    const seen = await events(
      run(plan([planned(1, '2024/IMG_1.jpg'), planned(2), planned(3)]), { threads: 1 }),
    );
    expect(seen).toEqual(['IMG_1.jpg failed', 'IMG_2.jpg downloaded', 'IMG_3.jpg downloaded']);
  });

  it('case 44: stops before the disk is full', async () => {
    serve();
    const freeBytes = async () => 5_001 + 5_002 + 5_003;
    const forecast = new SpaceForecast(bench.folder, { ...systemFiles, freeBytes });
    const seen = await events(run(plan(numbered(9)), {}, { forecast }));
    expect(seen.sort()).toEqual([
      'IMG_1.jpg downloaded',
      'IMG_2.jpg downloaded',
      'IMG_3.jpg cancelled',
      'stopped disk',
    ]);
    expect(await bench.names()).toEqual(['IMG_1.jpg', 'IMG_2.jpg']);
  });
});

describe('links that must be looked up (D53, D59)', () => {
  const SECOND = 1_000;

  /** A file whose link came `ageMs` ago, with a lifetime of 100 s. */
  function aged(n: number, ageMs: number): PlannedFile {
    const one = planned(n);
    const urlReceivedAtMs = bench.clock.now() - ageMs;
    const url = `${one.rendition.url}?e=${(urlReceivedAtMs + 100 * SECOND) / 1000}`;
    return { ...one, rendition: { ...one.rendition, url, urlReceivedAtMs } };
  }

  /** A file whose link a record of this number carries. */
  function ofRecord(n: number, one: PlannedFile): PlannedFile {
    return { ...one, rendition: { ...one.rendition, recordName: `M${n}` } };
  }

  /** Fresh links, and how many were asked for at the same time. */
  function lookups() {
    const calls: number[] = [];
    let open = false;
    const refresh = async ({ rendition }: PlannedFile) => {
      if (!open) {
        open = true;
        calls.push(0);
        setImmediate(() => (open = false));
      }
      calls.push(Number(calls.pop()) + 1);
      const url = rendition.url.replace(/\?.*/, '');
      return { ...rendition, url, urlReceivedAtMs: bench.clock.now() };
    };
    return { calls, refresh };
  }

  const asked = () => bench.server.requests.map(({ path }) => path);

  it('D53: their age counts from the answer that brought them, not from when they are planned', async () => {
    serve();
    const { calls, refresh } = lookups();
    await events(run(plan([aged(1, 89 * SECOND), aged(2, 91 * SECOND)]), {}, { refresh }));
    expect(calls).toEqual([1]);
    expect(asked().sort()).toEqual([expect.stringContaining('/B/1?e='), '/B/2']);
  });

  it('D59: a hundred with one call, and none is tried before', async () => {
    serve();
    const { calls, refresh } = lookups();
    const files = Array.from({ length: 230 }, (_, i) => ofRecord(i, aged(i + 1, 200 * SECOND)));
    const seen = await events(run(plan(files), { threads: 4 }, { refresh }));
    expect(seen).toHaveLength(230);
    expect(seen.every((line) => line.endsWith('downloaded'))).toBe(true);
    expect(calls).toEqual([100, 100, 30]);
    expect(asked().filter((path) => path.includes('e='))).toEqual([]);
  });

  it('D59: a hundred records, not files: a Live Photo is asked for once', async () => {
    serve();
    const { calls, refresh } = lookups();
    const files = Array.from({ length: 230 }, (_, i) => {
      return ofRecord(Math.floor(i / 2), aged(i + 1, 200 * SECOND));
    });
    const seen = await events(run(plan(files), { threads: 4 }, { refresh }));
    expect(seen.every((line) => line.endsWith('downloaded'))).toBe(true);
    // The other file of the hundredth record comes when the call is under way.
    expect(calls).toEqual([199, 31]);
  });

  it('RT-50, D52: one that iCloud calls expired speaks for all of its answer, and for no other', async () => {
    bench.server.always((request, response) => {
      const n = numberIn(request.path);
      const isOld = n <= 20 && request.path.includes('e=');
      (isOld ? status(410) : file(content(n)))(request, response);
    });
    const { calls, refresh } = lookups();
    const old = Array.from({ length: 20 }, (_, i) => aged(i + 1, 60 * SECOND));
    const young = Array.from({ length: 5 }, (_, i) => aged(i + 21, 30 * SECOND));
    const seen = await events(run(plan([...old, ...young]), { threads: 1 }, { refresh }));
    expect(seen.every((line) => line.endsWith('downloaded'))).toBe(true);
    expect(calls).toEqual([20]);
    expect(asked().filter((path) => path.includes('e='))).toHaveLength(1 + 5);
  });

  it('D59: scattered refusals wait for each other, and hold nobody back', async () => {
    const refused = new Set([3, 11, 40]);
    bench.server.always((request, response) => {
      const n = Number(basename(request.path));
      (refused.delete(n) ? status(404) : file(content(n)))(request, response);
    });
    const { calls, refresh } = lookups();
    const seen = await events(run(plan(numbered(60)), { threads: 2 }, { refresh }));
    expect(seen).toHaveLength(60);
    expect(calls).toEqual([3]);
    expect(seen.slice(-3).sort()).toEqual(
      ['IMG_11', 'IMG_3', 'IMG_40'].map((name) => `${name}.jpg downloaded`),
    );
  });

  /** Links of 2 s from every lookup; iCloud takes 0.3 s for each file and refuses what has run out. */
  function shortLived(lifetimeMs = 2 * SECOND) {
    const { calls, refresh: looked } = lookups();
    const refresh = async (one: PlannedFile) => {
      const fresh = await looked(one);
      const expiresAtMs = bench.clock.now() + lifetimeMs;
      return { ...fresh, url: `${fresh.url}?e=${Math.floor(expiresAtMs / SECOND)}` };
    };
    bench.server.always((request, response) => {
      const n = numberIn(request.path);
      const expiresAt = Number(/e=(\d+)/.exec(request.path)?.[1]);
      const hasRunOut = bench.clock.now() >= expiresAt * SECOND;
      bench.clock.advance(300);
      (hasRunOut ? status(410) : file(content(n)))(request, response);
    });
    return { calls, refresh };
  }

  it('RT-50, D53: one that ran out while its file waited for a lane is not tried, but looked up again', async () => {
    const { calls, refresh } = shortLived();
    const files = Array.from({ length: 30 }, (_, i) => aged(i + 1, 200 * SECOND));
    const seen = await events(run(plan(files), { threads: 2 }, { refresh }));
    expect(seen).toHaveLength(30);
    expect(seen.every((line) => line.endsWith('downloaded'))).toBe(true);
    // About five of each answer are fetched in time; who was in a lane by then has used its link.
    expect(calls.length).toBeGreaterThan(3);
    expect(calls.length).toBeLessThan(10);
    expect(asked().length).toBeLessThan(30 + calls.length * 2);
  });

  it('RT-50: links that run out on their way cost no attempt, until there were twenty in a row', async () => {
    const { calls, refresh } = shortLived(0);
    const seen = await events(run(plan([aged(1, 200 * SECOND)]), {}, { refresh }));
    expect(seen).toEqual(['IMG_1.jpg failed']);
    expect(calls).toHaveLength(20);
    expect(asked()).toHaveLength(20);
  });

  it('SD-2: who waits for a link is let go at once', async () => {
    const paused = pausedBeforeEnd(content(2));
    serve({ 1: status(404), 2: paused.answer });
    const { calls, refresh } = lookups();
    const drain = new AbortController();
    const running = events(
      run(
        plan(numbered(2)),
        { threads: 2, drain: drain.signal },
        { refresh, clock: new ManualClock() },
      ),
    );
    await bench.server.whenAsked(2);
    drain.abort();
    paused.goOn();
    expect((await running).sort()).toEqual([
      'IMG_1.jpg cancelled',
      'IMG_2.jpg downloaded',
      'stopped shutdown',
    ]);
    expect(calls).toEqual([]);
  });
});

describe('two files with one partial (D36)', () => {
  it('cross the network once and are both there, each with its own time', async () => {
    serve();
    const twin = planned(1, 'TWIN.jpg');
    const seen = await events(run(plan([planned(1), twin, planned(2)]), { threads: 3 }));
    expect(seen.filter((line) => line.endsWith('downloaded'))).toHaveLength(3);
    expect(bench.server.requests.map(({ path }) => path).sort()).toEqual(['/B/1', '/B/2']);
    expect(await bench.names()).toEqual(['IMG_1.jpg', 'IMG_2.jpg', 'TWIN.jpg']);
    expect((await readFile(twin.path)).equals(content(1))).toBe(true);
    expect(bench.records.partials.size).toBe(0);
  });

  it('the second fetches for itself when the first failed', async () => {
    let asked = 0;
    serve({
      1: (request, response) => {
        asked += 1;
        (asked === 1 ? status(418) : file(content(1)))(request, response);
      },
    });
    const seen = await events(run(plan([planned(1), planned(1, 'TWIN.jpg')])));
    expect(seen).toEqual(['IMG_1.jpg failed', 'TWIN.jpg downloaded']);
  });

  it('the same path twice ends as one file', async () => {
    serve();
    const seen = await events(run(plan([planned(1), planned(1)])));
    expect(seen).toEqual(['IMG_1.jpg downloaded', 'IMG_1.jpg downloaded']);
    expect(await bench.names()).toEqual(['IMG_1.jpg']);
  });
});

describe('shutdown', () => {
  it('SD-2: the first signal starts nothing new and lets what is under way end', async () => {
    const paused = pausedBeforeEnd(content(1));
    serve({ 1: paused.answer });
    const drain = new AbortController();
    const running = events(
      run(plan(numbered(9)), { threads: 1, drain: drain.signal }, { clock: new ManualClock() }),
    );
    await bench.server.whenAsked(1);
    drain.abort();
    paused.goOn();
    expect(await running).toEqual(['IMG_1.jpg downloaded', 'stopped shutdown']);
    expect(pulled).toEqual(['IMG_1.jpg']);
  });

  it('SD-3, SD-7: after 30 s what is left is cancelled, its partial kept', async () => {
    serve({ 1: stallAfter(1_000, content(1)) });
    const clock = new ManualClock();
    const drain = new AbortController();
    const received = new Promise<void>((resolve) => {
      Object.assign(bench.deps.listener, { received: () => resolve() });
    });
    const running = events(run(plan(numbered(9)), { threads: 1, drain: drain.signal }, { clock }));
    await received;
    drain.abort();
    await clock.whenWaiting();
    expect(clock.waits).toEqual([30_000]);
    clock.advance(30_000);
    expect(await running).toEqual(['IMG_1.jpg cancelled', 'stopped shutdown']);
    expect(committed).toEqual(['IMG_1.jpg']);
    expect(bench.records.partials.size).toBe(1);

    serve();
    await events(run(plan(numbered(1))));
    expect(bench.server.requests.at(-1)?.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect((await readFile(bench.path('IMG_1.jpg'))).equals(content(1))).toBe(true);
  });

  it('SD-8: a file that waits for a retry is let go at once', async () => {
    serve({ 1: status(503) });
    const clock = new ManualClock();
    const pause = new SharedPause(clock);
    const drain = new AbortController();
    const running = events(
      run(plan(numbered(1)), { drain: drain.signal, perTransfer: 3 }, { clock, pause }),
    );
    await clock.whenWaiting();
    drain.abort();
    expect(await running).toEqual(['IMG_1.jpg cancelled', 'stopped shutdown']);
  });

  it('cancelling does not wait', async () => {
    serve({ 1: stallAfter(10, content(1)) });
    const cancel = new AbortController();
    const running = events(run(plan(numbered(5)), { threads: 1, cancel: cancel.signal }));
    await bench.server.whenAsked(1);
    cancel.abort();
    expect(await running).toEqual(['IMG_1.jpg cancelled', 'stopped shutdown']);
  });

  it('a run that is stopped before it begins pulls nothing', async () => {
    const seen = await events(run(plan(numbered(5)), { drain: AbortSignal.abort() }));
    expect(seen).toEqual(['stopped shutdown']);
    expect(pulled).toEqual([]);
  });
});
