import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PASSWORD, USERNAME } from './plan.js';
import { measure, type Usage } from './run-process.js';

const BIN = new URL('../../bin/kei.js', import.meta.url).pathname;

/** A home of its own for the built kei, whose network is the server at `endpoint`. */
export class BenchHome {
  readonly root: string;
  readonly #endpoint: string;

  private constructor(root: string, endpoint: string) {
    this.root = root;
    this.#endpoint = endpoint;
  }

  /** `filters` is the body of that table of the configuration. */
  static async create(endpoint: string, filters = 'albums = ["none"]'): Promise<BenchHome> {
    const home = new BenchHome(await mkdtemp(join(tmpdir(), 'kei-bench-')), endpoint);
    const folder = join(home.root, '.config', 'kei');
    await mkdir(folder, { recursive: true });
    const directory = JSON.stringify(home.photos);
    const lines = ['[auth]', `username = "${USERNAME}"`, '[download]', `directory = ${directory}`];
    await writeFile(join(folder, 'config.toml'), [...lines, '[filters]', filters].join('\n'));
    return home;
  }

  get photos(): string {
    return join(this.root, 'photos');
  }

  get statePath(): string {
    return join(this.root, '.config', 'kei', 'janeexamplecom.state.db');
  }

  kei(...args: readonly string[]): Promise<Usage> {
    return measure([process.execPath, BIN, ...args], {
      cwd: this.root,
      env: {
        HOME: this.root,
        TZ: 'UTC',
        ICLOUD_PASSWORD: PASSWORD,
        KEI_MIN_FREE_BYTES: '1',
        KEI_ICLOUD_ENDPOINT: this.#endpoint,
      },
    });
  }

  async remove(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }
}
