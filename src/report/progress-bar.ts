import cliProgress from 'cli-progress';
import type { Clock } from '../platform/clock.js';
import { fitted, type BarStream } from './bar-stream.js';
import { formatBytes, formatDuration } from './format.js';
import type { Progress } from './progress.js';

const WIDTH = 40;

/**
 * A bar on a terminal: elapsed time, assets done of all, rate and time left (OB-41). The total is
 * a photo count and files may overshoot it, which is no error (seed).
 */
export function barProgress(stream: BarStream, clock: Clock): Progress {
  const started = clock.monotonic();
  let done = 0;
  let total = 0;
  let bytes = 0;
  let message = 'scanning...';
  const bars = new cliProgress.MultiBar(
    {
      stream,
      format: renderBar,
      hideCursor: true,
      clearOnComplete: true,
      forceRedraw: true,
      fps: 8,
      gracefulExit: false,
    },
    cliProgress.Presets.shades_classic,
  );
  const bar = bars.create(1, 0);

  function renderBar(): string {
    const elapsed = clock.monotonic() - started;
    const share = total > 0 ? Math.min(1, done / total) : 0;
    const filled = Math.round(share * WIDTH);
    const drawn = '█'.repeat(filled) + '░'.repeat(WIDTH - filled);
    const left =
      share > 0 && share < 1 && done > 0
        ? `${formatDuration((elapsed / done) * (total - done))} left`
        : '';
    const rate = elapsed > 500 ? `${formatBytes(Math.round(bytes / (elapsed / 1000)))}/s` : '';
    const parts = [
      `[${formatDuration(elapsed)}] [${drawn}] ${done}/${total > 0 ? total : '?'}`,
      rate,
      left,
      message,
    ].filter((part) => part !== '');
    return fitted(parts.join('  '), stream);
  }

  const refresh = () => {
    bar.setTotal(Math.max(1, total, done));
    bar.update(done);
  };
  return {
    addTotal: (assets) => {
      total += assets;
      refresh();
    },
    advance: () => {
      done += 1;
      refresh();
    },
    addBytes: (count) => {
      bytes += count;
    },
    show: (text) => {
      message = text;
    },
    write: (line) => {
      bars.log(line);
    },
    stop: () => {
      refresh();
      // Writes the lines that wait for the next drawing; stopping would drop them.
      bars.update();
      bars.stop();
    },
  };
}
