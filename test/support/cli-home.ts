import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const BIN = new URL('../../bin/kei.js', import.meta.url).pathname;

/** How a run of the built command ended. */
export interface CliResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Called as soon as the process runs, to send signals at chosen moments. */
  readonly onStart?: (child: ChildProcess) => void;
}

/** A home of its own for the built `kei` command: configuration, data directory, photos. */
export class CliHome {
  readonly root: string;
  private readonly endpoint: string | undefined;

  private constructor(root: string, endpoint: string | undefined) {
    this.root = root;
    this.endpoint = endpoint;
  }

  readonly username = 'jane@example.com';
  readonly password = 'correct horse battery';

  static async create(endpoint?: string): Promise<CliHome> {
    const home = new CliHome(await mkdtemp(join(tmpdir(), 'kei-home-')), endpoint);
    await mkdir(home.dataDirectory, { recursive: true });
    await home.configure();
    return home;
  }

  get photos(): string {
    return join(this.root, 'photos');
  }

  get dataDirectory(): string {
    return join(this.root, '.config', 'kei');
  }

  get configPath(): string {
    return join(this.dataDirectory, 'config.toml');
  }

  get statePath(): string {
    return join(this.dataDirectory, 'janeexamplecom.state.db');
  }

  /** Writes the configuration; `extra` is TOML appended after the usual tables. */
  async configure(extra = '', downloadKeys = '', authKeys = ''): Promise<void> {
    await writeFile(
      this.configPath,
      [
        '[auth]',
        `username = "${this.username}"`,
        authKeys,
        '[download]',
        `directory = ${JSON.stringify(this.photos)}`,
        downloadKeys,
        '[filters]',
        'albums = ["none"]',
        extra,
      ].join('\n'),
    );
  }

  /** What has to be started, in which environment, to run the built command in this home. */
  commandLine(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    return {
      command: [process.execPath, BIN, ...args],
      environment: {
        PATH: process.env['PATH'] ?? '',
        HOME: this.root,
        TZ: 'UTC',
        ICLOUD_PASSWORD: this.password,
        KEI_TIME_SCALE: '0.05',
        KEI_MIN_FREE_BYTES: '1',
        ...(this.endpoint === undefined ? {} : { KEI_ICLOUD_ENDPOINT: this.endpoint }),
        ...env,
      },
    };
  }

  /** Runs the built command as a child process. */
  run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    const { command, environment } = this.commandLine(args, options.env);
    const [node = '', ...rest] = command;
    const child = spawn(node, rest, {
      cwd: this.root,
      env: environment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
    options.onStart?.(child);
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => {
        resolve({
          code,
          signal,
          stdout: Buffer.concat(stdout).toString(),
          stderr: Buffer.concat(stderr).toString(),
        });
      });
    });
  }

  /** Every file below the photos folder: relative path to SHA-256 (hex), sorted by path. */
  async tree(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const entries = await readdir(this.photos, { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      found.set(relative(this.photos, path), await sha256Of(path));
    }
    return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}

/** SHA-256 (hex) of a file, streamed. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
