import { nodeHost, type Host } from './host.js';
import { packageVersion } from './version.js';

/**
 * Runs one command line and returns its exit code; never throws. The only catch-all of the
 * program. Everything beyond `--version` is loaded when it is needed, so that kei starts fast.
 */
export async function run(argv: readonly string[], host: Host): Promise<number> {
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    host.stdout.write(`${await packageVersion()}\n`);
    return 0;
  }
  try {
    const { runProgram } = await import('./program.js');
    return await runProgram(argv, host, run);
  } catch (error) {
    const [{ renderError }, { exitCodeOf }] = await Promise.all([
      import('./render-error.js'),
      import('./exit-codes.js'),
    ]);
    host.stderr.write(`${renderError(error)}\n`);
    return exitCodeOf(error);
  }
}

/** Runs the process's own command line and ends the process with its exit code. */
export async function main(): Promise<void> {
  const host = nodeHost();
  // First thing, so that a password given as a flag leaves the process list (D23).
  host.hideCommandLine();
  // A reader that went away (`kei status | head`) is no failure.
  for (const stream of [host.stdout, host.stderr]) stream.on('error', () => undefined);
  const code = await run(host.argv, host);
  host.exitWhenWritten(code);
}
