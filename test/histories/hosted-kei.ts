import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import type { Host, ShutdownSignal } from '../../src/cli/host.js';
import { run } from '../../src/cli/main.js';
import { systemClock } from '../../src/platform/clock.js';
import { systemFiles } from '../../src/platform/files.js';
import { systemRandom } from '../../src/platform/random.js';
import { treeOf } from '../support/tree-of.js';

/** How a command ended; a killed one has no exit code. */
export interface Ended {
  readonly code: number | 'killed';
  readonly stderr: string;
}

/** A command under way. */
export interface Running {
  readonly ended: Promise<Ended>;
  /** Sends SIGTERM. */
  terminate(): void;
  /**
   * SIGKILL as the disk sees it: what the home holds now is what the next command finds. What the
   * command does afterwards goes to a home that is thrown away. False when it had ended before.
   */
  kill(): boolean;
}

/** A home in which the whole `kei` command runs inside this process: twenty times as fast as a child. */
export class HostedKei {
  readonly root: string;
  readonly #endpoint: string;

  private constructor(root: string, endpoint: string) {
    this.root = root;
    this.#endpoint = endpoint;
  }

  static async create(endpoint: string, tables: string): Promise<HostedKei> {
    const kei = new HostedKei(await mkdtemp(join(tmpdir(), 'kei-hosted-')), endpoint);
    await mkdir(kei.photos, { recursive: true });
    await mkdir(kei.dataDirectory, { recursive: true });
    const lines = ['[auth]', 'username = "jane@example.com"', tables];
    const text = lines.join('\n').replace('$PHOTOS', JSON.stringify(kei.photos));
    await writeFile(join(kei.dataDirectory, 'config.toml'), text);
    return kei;
  }

  get photos(): string {
    return join(this.root, 'photos');
  }

  get dataDirectory(): string {
    return join(this.root, '.config', 'kei');
  }

  get statePath(): string {
    return join(this.dataDirectory, 'janeexamplecom.state.db');
  }

  /** Every file below the photos folder: relative path to SHA-256. */
  tree(): Promise<ReadonlyMap<string, string>> {
    return treeOf(this.photos);
  }

  /** A pause that iCloud asked for is over. */
  async waitForCoolDown(): Promise<void> {
    await rm(join(this.dataDirectory, 'janeexamplecom.cool-down'), { force: true });
  }

  start(argv: readonly string[]): Running {
    const handlers = new Set<(signal: ShutdownSignal) => void>();
    const stderr = new Collected();
    const signal = () => {
      for (const handler of handlers) handler('SIGTERM');
    };
    const snapshot = `${this.root}.killed`;
    let killed = false;
    let over = false;
    const ended = async (): Promise<Ended> => {
      const code = await run(argv, this.#host(argv, stderr, handlers));
      over = true;
      if (!killed) return { code, stderr: stderr.text };
      await rm(this.root, { recursive: true, force: true });
      await rename(snapshot, this.root);
      return { code: 'killed', stderr: stderr.text };
    };
    return {
      ended: ended(),
      terminate: signal,
      kill: () => {
        if (over) return false;
        killed = true;
        // At once, before any other step of the command; hard links stay hard links.
        execFileSync('cp', ['-a', this.root, snapshot]);
        signal();
        return true;
      },
    };
  }

  async run(...argv: readonly string[]): Promise<Ended> {
    return this.start(argv).ended;
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  #host(
    argv: readonly string[],
    stderr: Collected,
    handlers: Set<(signal: ShutdownSignal) => void>,
  ): Host {
    return {
      argv,
      env: {
        HOME: this.root,
        TZ: 'UTC',
        ICLOUD_PASSWORD: 'correct horse battery',
        KEI_ICLOUD_ENDPOINT: this.#endpoint,
        KEI_TIME_SCALE: '0.004',
        KEI_MIN_FREE_BYTES: '1',
      },
      cwd: this.root,
      home: this.root,
      hostname: 'host',
      platform: process.platform,
      pid: process.pid,
      stdin: new PassThrough().end(),
      stdout: new Collected(),
      stderr,
      clock: systemClock(),
      random: systemRandom,
      files: systemFiles,
      onSignal: (handler) => {
        handlers.add(handler);
        return () => handlers.delete(handler);
      },
      exitNow: () => undefined,
      exitWhenWritten: () => undefined,
      hideCommandLine: () => undefined,
      forgetVariable: () => undefined,
    };
  }
}

class Collected extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
