import type { Hasher } from '../download/index.js';
import { readProgress } from '../report/read-progress.js';
import type { StateReader } from '../state/index.js';
import type { VerifyTotals } from '../sync/verify.js';
import type { CommandContext } from './context.js';
import { printLine } from './output.js';
import { showsBar } from './progress.js';

/** Where a command that reads all files writes its lines, beside the bar or without one. */
export interface Reading {
  print(line: string): void;
  stop(): void;
}

export interface ReadingFacts {
  readonly hasher: Hasher;
  readonly totals: VerifyTotals;
  readonly reader: Pick<StateReader, 'verifications'>;
  /** What was verified since then is not read; ms since 1970. */
  readonly sinceMs: number | undefined;
  readonly totalFiles: number;
}

const REDRAW_MS = 200;

/** Draws how far the reading is, if both output streams are terminals (D18). */
export function showReading(context: CommandContext, facts: ReadingFacts): Reading {
  const { host, clock, sink } = context;
  const direct = (line: string) => {
    printLine(host, line);
  };
  if (!showsBar(context)) return { print: direct, stop: () => undefined };

  const bar = readProgress(host.stderr, clock);
  const ended = new AbortController();
  let totalBytes = 0;
  sink.redirect((line) => {
    bar.write(line.trimEnd());
  });

  /** How much there is to read is asked in parts: a large library would block for a second. */
  async function redraw(): Promise<void> {
    const volume = facts.reader.verifications.volume(facts.sinceMs ?? Number.MAX_SAFE_INTEGER);
    let bytes = 0;
    let isSummed = false;
    while (!ended.signal.aborted) {
      const part = isSummed ? undefined : volume.next();
      if (part?.done === false) bytes += part.value.bytes;
      else if (part?.done === true) isSummed = true;
      if (isSummed) totalBytes = bytes;
      bar.update({
        bytes: facts.hasher.bytesRead(),
        totalBytes,
        files: Object.values(facts.totals).reduce((sum, count) => sum + count, 0),
        totalFiles: facts.totalFiles,
      });
      await host.clock.sleep(isSummed ? REDRAW_MS : 1, ended.signal).catch(() => undefined);
    }
  }
  void redraw();
  return {
    print: (line) => {
      bar.write(line);
    },
    stop: () => {
      if (ended.signal.aborted) return;
      ended.abort();
      bar.stop();
      sink.restore();
    },
  };
}
