import { spawn } from 'node:child_process';

export interface ShellResult {
  /** Absent when a signal ended the command. */
  readonly exitCode: number | undefined;
  readonly timedOut: boolean;
  readonly stdout: Buffer;
}

/** Runs `sh -c command`; rejects only when no shell can be started. */
export type ShellRunner = (command: string, timeoutMs: number) => Promise<ShellResult>;

/** More output than this is no password and not kept. */
const LARGEST_OUTPUT = 64 * 1024;

/**
 * The real shell: stdin closed, stderr passed through, killed with all its children after the
 * time-out (cli 8.2).
 */
export const runShell: ShellRunner = (command, timeoutMs) =>
  new Promise((resolve, reject) => {
    // A group of its own, so that what the shell started can be ended with it.
    const child = spawn('sh', ['-c', command], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    let stdout = Buffer.alloc(0);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, timeoutMs);
    child.stdout.on('data', (chunk: Buffer) => {
      if (stdout.length < LARGEST_OUTPUT) stdout = Buffer.concat([stdout, chunk]);
    });
    child.once('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ exitCode: code ?? undefined, timedOut, stdout });
    });
  });
