import cliProgress from 'cli-progress';
import type { Clock } from '../platform/clock.js';
import { fitted, type BarStream } from './bar-stream.js';
import { formatBytes, formatDuration } from './format.js';

/** How far a reading of many files has come. */
export interface ReadState {
  readonly elapsedMs: number;
  readonly bytes: number;
  /** Of all files; 0 while it is not known. */
  readonly totalBytes: number;
  readonly files: number;
  readonly totalFiles: number;
}

/** What a command that reads all files tells the person who watches it. */
export interface ReadProgress {
  /** Sets the line; it is drawn a few times a second. */
  update(state: Omit<ReadState, 'elapsedMs'>): void;
  /** Text that must appear above the line. */
  write(line: string): void;
  stop(): void;
}

/** Leaves room for the numbers in 80 columns. */
const WIDTH = 16;

/** One line: elapsed time, bar, bytes read of all, rate, time left. */
export function readProgressLine(state: ReadState): string {
  const { elapsedMs, bytes, totalBytes, files, totalFiles } = state;
  const share = totalBytes > 0 ? Math.min(1, bytes / totalBytes) : 0;
  const filled = Math.round(share * WIDTH);
  const rate = elapsedMs > 500 ? (bytes / elapsedMs) * 1000 : 0;
  const left = rate > 0 && share < 1 ? ((totalBytes - bytes) / rate) * 1000 : 0;
  return [
    `[${formatDuration(elapsedMs)}] [${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)}]`,
    `${formatBytes(bytes)}/${totalBytes > 0 ? formatBytes(totalBytes) : '?'}`,
    rate > 0 ? `${formatBytes(Math.round(rate))}/s` : '',
    left > 0 ? `${formatDuration(left)} left` : '',
    `${files}/${totalFiles} files`,
  ]
    .filter((part) => part !== '')
    .join('  ');
}

/** That line on a terminal, removed when it stops. */
export function readProgress(stream: BarStream, clock: Clock): ReadProgress {
  const started = clock.monotonic();
  let state: Omit<ReadState, 'elapsedMs'> = { bytes: 0, totalBytes: 0, files: 0, totalFiles: 0 };
  const bars = new cliProgress.MultiBar({
    stream,
    format: () =>
      fitted(readProgressLine({ ...state, elapsedMs: clock.monotonic() - started }), stream),
    hideCursor: true,
    clearOnComplete: true,
    forceRedraw: true,
    fps: 8,
    gracefulExit: false,
  });
  const bar = bars.create(1, 0);
  return {
    update: (next) => {
      state = next;
      bar.update(0);
    },
    write: (line) => {
      bars.log(`${line}\n`);
    },
    stop: () => {
      // Writes the lines that wait for the next drawing; stopping would drop them.
      bars.update();
      bars.stop();
    },
  };
}
