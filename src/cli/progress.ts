import { silentProgress, type Progress } from '../report/progress.js';
import type { CommandContext } from './context.js';

/** A bar on a terminal, nothing in a pipe or with `--no-progress-bar` (D18, seed). */
export async function startProgress({
  host,
  config,
  clock,
  sink,
}: CommandContext): Promise<Progress> {
  const write = (line: string) => host.stderr.write(line);
  const visible = config.ui.progressBar && host.stdout.isTTY === true && host.stderr.isTTY === true;
  if (!visible) return silentProgress(write);
  const { barProgress } = await import('../report/progress-bar.js');
  const bar = barProgress(host.stderr, clock);
  sink.redirect((line) => {
    bar.write(line);
  });
  return bar;
}
