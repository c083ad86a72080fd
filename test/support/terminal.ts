import { execFileSync, spawn } from 'node:child_process';
import type { CliHome } from './cli-home.js';

/** Whether this machine can give a child process a terminal of its own: util-linux `script`. */
export function hasTerminal(): boolean {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux');
  } catch {
    return false;
  }
}

/** An answer that is typed when the last output ends with a prompt. */
export interface Answer {
  readonly at: RegExp;
  readonly type: string;
}

/** Runs `kei` at a terminal; stdout and stderr come as one, as a person sees them. */
export async function atTerminal(
  home: CliHome,
  args: readonly string[],
  answers: readonly Answer[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  const { command, environment } = home.commandLine(args, env);
  const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  const child = spawn('script', ['-qec', quoted, '/dev/null'], {
    cwd: home.root,
    env: { ...environment, TERM: 'xterm', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  let seen = 0;
  const left = [...answers];
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    const [next] = left;
    if (!next?.at.test(output.slice(seen))) return;
    seen = output.length;
    left.shift();
    child.stdin.write(next.type);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, output });
    });
  });
}
