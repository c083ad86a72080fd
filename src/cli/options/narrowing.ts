import { Option, type Command } from 'commander';

/** Flags that narrow what one run lists (cli 1.3); the values are checked with the configuration. */
export interface NarrowingFlags {
  readonly recent?: string;
  readonly recentScope?: string;
  readonly skipCreatedBefore?: string;
  readonly skipCreatedAfter?: string;
}

/** Adds the flags that narrow one run; they change nothing that is remembered (D65). */
export function addNarrowingOptions(command: Command): Command {
  return command
    .option('--recent <n>', 'only the newest N, or Nd for the last N days')
    .addOption(
      new Option('--recent-scope <scope>', 'the newest N of the library, or of each album').choices(
        ['global', 'per-filter'],
      ),
    )
    .option('--skip-created-before <date>', 'nothing taken before this date')
    .option('--skip-created-after <date>', 'nothing taken after this date');
}
