import { homedir, hostname } from 'node:os';
import { systemClock, type Clock } from '../platform/clock.js';
import { systemFiles, type FileEdges } from '../platform/files.js';
import { systemRandom, type Random } from '../platform/random.js';

/** A readable stream that may be a terminal. */
export interface InputStream extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
  setRawMode?(mode: boolean): unknown;
}

/** A writable stream that may be a terminal. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type ShutdownSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/**
 * Everything that differs between a test, the demo and a real run. Built once at the top and passed
 * down; nothing below reads the process.
 */
export interface Host {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  readonly hostname: string;
  readonly platform: NodeJS.Platform;
  readonly pid: number;
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly clock: Clock;
  readonly random: Random;
  readonly files: FileEdges;
  /** Calls `handler` for each shutdown signal; returns the way to stop listening. */
  onSignal(handler: (signal: ShutdownSignal) => void): () => void;
  /** Ends the process at once: only for a second signal (SD-4). */
  exitNow(code: number): void;
  /** Ends the process once both output streams have taken what was written to them. */
  exitWhenWritten(code: number): void;
  /** Hides the command line from process listings (D23). */
  hideCommandLine(): void;
  /** Removes a variable from the environment that children and /proc see (SD-14). */
  forgetVariable(name: string): void;
}

const SIGNALS: readonly ShutdownSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** The real process as a Host; the only place that touches it. */
export function nodeHost(): Host {
  const env = { ...process.env };
  return {
    argv: process.argv.slice(2),
    env,
    cwd: process.cwd(),
    home: homedir(),
    hostname: hostname(),
    platform: process.platform,
    pid: process.pid,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    clock: systemClock(),
    random: systemRandom,
    files: systemFiles,
    onSignal: (handler) => {
      for (const signal of SIGNALS) process.on(signal, handler);
      return () => {
        for (const signal of SIGNALS) process.off(signal, handler);
      };
    },
    exitNow: (code) => {
      process.exit(code);
    },
    exitWhenWritten: (code) => {
      process.exitCode = code;
      process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
    },
    hideCommandLine: () => {
      process.title = 'kei';
    },
    forgetVariable: (name) => {
      Reflect.deleteProperty(process.env, name);
    },
  };
}
