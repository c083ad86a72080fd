import { barProgress, silentProgress, type Progress } from '../report/progress-bar.js';
import type { CommandContext } from './context.js';

/** A bar on a terminal, nothing in a pipe or with `--no-progress-bar` (D18, seed). */
export function startProgress({ host, config, clock, sink }: CommandContext): Progress {
  const write = (line: string) => host.stderr.write(line);
  const visible = config.ui.progressBar && host.stdout.isTTY === true && host.stderr.isTTY === true;
  if (!visible) return silentProgress(write);
  const bar = barProgress(host.stderr, clock);
  sink.redirect((line) => {
    bar.write(line);
  });
  return bar;
}
