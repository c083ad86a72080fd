import { expect, it } from 'vitest';
import { silentLogger } from '../../../src/platform/logger.js';
import { listenForShutdown } from '../../../src/sync/shutdown.js';
import { ManualClock } from '../../support/manual-clock.js';

/** A run that listens for signals, and what became of its process. */
function listening() {
  const clock = new ManualClock();
  const exits: number[] = [];
  const handlers = new Set<(signal: string) => void>();
  const shutdown = listenForShutdown({
    clock,
    log: silentLogger,
    onSignal: (handler) => {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    exitNow: (code) => exits.push(code),
  });
  const signal = () => {
    for (const handler of handlers) handler('SIGTERM');
  };
  return { clock, exits, shutdown, signal };
}

it('SD-5, D5: a process that is alive 5 s after it let go of its transfers ends with 130', async () => {
  const { clock, exits, shutdown, signal } = listening();
  signal();
  expect(shutdown.drain.aborted).toBe(true);
  await clock.whenWaiting();
  clock.advance(29_999);
  expect(shutdown.cancel.aborted).toBe(false);
  clock.advance(1);
  await clock.whenWaiting();
  expect(shutdown.cancel.aborted).toBe(true);
  clock.advance(4_999);
  expect(exits).toEqual([]);
  clock.advance(1);
  await Promise.resolve();
  expect(exits).toEqual([130]);
});

it('SD-5: one that has ended by then is left alone', async () => {
  const { clock, exits, shutdown, signal } = listening();
  signal();
  await clock.whenWaiting();
  shutdown.dispose();
  clock.advance(60_000);
  await Promise.resolve();
  signal();
  expect(exits).toEqual([]);
});

it('SD-4: a second signal ends it at once', () => {
  const { exits, signal } = listening();
  signal();
  signal();
  expect(exits).toEqual([130]);
});
