import type { Host } from './host.js';
import type { CliFlags } from './options/shared.js';

/** What a command module's entry point gets: the process edge, the flags, the arguments. */
export interface Invocation<Flags extends CliFlags = CliFlags> {
  readonly host: Host;
  readonly flags: Flags;
  readonly args: readonly string[];
  /** Runs another command line, as the demo does. */
  readonly run: RunCommandLine;
}

/** Runs a command line in a host and resolves to its exit code; never rejects. */
export type RunCommandLine = (argv: readonly string[], host: Host) => Promise<number>;
