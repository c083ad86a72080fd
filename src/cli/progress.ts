import { silentProgress, type Progress } from '../report/progress.js';
import type { CommandContext } from './context.js';

/** Whether a bar is drawn: on a terminal only, and not with `--no-progress-bar` (D18). */
export function showsBar({ host, config }: CommandContext): boolean {
  return config.ui.progressBar && host.stdout.isTTY === true && host.stderr.isTTY === true;
}

/** A bar on a terminal, nothing in a pipe or with `--no-progress-bar` (D18, seed). */
export async function startProgress(context: CommandContext): Promise<Progress> {
  const { host, clock, sink } = context;
  if (!showsBar(context)) return silentProgress((line) => host.stderr.write(line));
  const { barProgress } = await import('../report/progress-bar.js');
  const bar = barProgress(host.stderr, clock);
  sink.redirect((line) => {
    bar.write(line);
  });
  return bar;
}
