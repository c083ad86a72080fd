import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What one process took; memory is the most that was resident, in bytes. */
export interface Usage {
  readonly wallSeconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
  /** Until it had printed something, on whatever stream. */
  readonly firstOutputSeconds: number;
}

export interface ProcessOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a command to its end under GNU time. Rejects when it fails. Its output may have any size. */
export async function measure(
  command: readonly string[],
  { cwd, env = {} }: ProcessOptions,
): Promise<Usage> {
  const folder = await mkdtemp(join(tmpdir(), 'kei-usage-'));
  const report = join(folder, 'usage');
  try {
    const firstOutputSeconds = await run(
      ['/usr/bin/time', '-o', report, '-f', '%e %U %S %M', ...command],
      {
        cwd,
        env,
      },
    );
    const [wall = 0, user = 0, system = 0, kilobytes = 0] = (await readFile(report, 'utf8'))
      .trim()
      .split(' ')
      .map(Number);
    return {
      wallSeconds: wall,
      cpuSeconds: user + system,
      peakBytes: kilobytes * 1024,
      firstOutputSeconds,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(
  [program = '', ...args]: readonly string[],
  { cwd, env }: ProcessOptions,
): Promise<number> {
  const started = performance.now();
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let firstMs: number | undefined;
  let said = '';
  const hear = () => {
    firstMs ??= performance.now() - started;
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', (chunk: Buffer) => {
    hear();
    said = (said + chunk.toString()).slice(-2000);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}:\n${said}`);
  return (firstMs ?? performance.now() - started) / 1000;
}
