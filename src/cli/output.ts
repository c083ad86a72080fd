import type { Host } from './host.js';

export { LineOutput } from './line-output.js';

/** Writes one line of command output to stdout: lists, status, verify (cli 1.6). */
export function printLine(host: Host, line = ''): void {
  host.stdout.write(`${line}\n`);
}

/** Writes one line for people to stderr: notices, prompts, what goes on. */
export function notice(host: Host, line: string): void {
  host.stderr.write(`${line}\n`);
}

/** A name may be anything in iCloud; it must not break the page or steer the terminal. */
export function oneLine(name: string): string {
  return name.replace(/\p{Cc}/gu, '\u{fffd}');
}
