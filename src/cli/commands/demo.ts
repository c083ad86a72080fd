import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { KeiError } from '../../errors/index.js';
import { formatBytes, plural } from '../../report/format.js';
import { FakeICloud } from '../../simulator/fake-icloud.js';
import { seedLibrary } from '../../simulator/seeds/index.js';
import { EXIT } from '../exit-codes.js';
import type { Host } from '../host.js';
import type { CliFlags } from '../options/shared.js';
import { printLine } from '../output.js';
import type { Invocation, RunCommandLine } from '../invocation.js';

interface DemoFlags extends CliFlags {
  readonly directory: string;
  readonly assets?: string;
  readonly progressBar?: boolean;
}

const ACCOUNT = { appleId: 'jane.appleseed@example.com', password: 'Tr0ub4dor&3-horse' };
/** Photos of the seed itself; `--assets` adds generated ones up to its number. */
const SEEDED_ASSETS = 40;
/** The tree is printed as long as a person would read it. */
const TREE_LINES = 60;

/**
 * `kei demo`: the whole of kei against a built-in iCloud on a free loopback port. It signs in with
 * a code, syncs while connections drop, syncs again, verifies, and shows what it all cost. Nothing
 * leaves the machine, and nothing of the user's own configuration is read or written.
 */
export async function runDemo({ host, flags, run }: Invocation<DemoFlags>): Promise<number> {
  const directory = resolve(host.cwd, flags.directory);
  const extraAssets = Math.max(0, assetCount(flags.assets) - SEEDED_ASSETS);
  await refuseForeignFolder(directory);
  const home = await mkdtemp(join(tmpdir(), 'kei-demo-'));
  const icloud = await FakeICloud.start({
    account: ACCOUNT,
    seed: 'demo',
    library: (basics) => seedLibrary('demo', { ...basics, extraAssets }),
  });
  try {
    await writeConfig(home, directory);
    return await new Demo(host, flags, icloud, home, directory, run).play();
  } finally {
    await icloud.close();
    await rm(home, { recursive: true, force: true });
  }
}

class Demo {
  readonly #host: Host;
  readonly #flags: DemoFlags;
  readonly #icloud: FakeICloud;
  readonly #home: string;
  readonly #directory: string;
  readonly #run: RunCommandLine;

  constructor(
    host: Host,
    flags: DemoFlags,
    icloud: FakeICloud,
    home: string,
    directory: string,
    run: RunCommandLine,
  ) {
    this.#host = host;
    this.#flags = flags;
    this.#icloud = icloud;
    this.#home = home;
    this.#directory = directory;
    this.#run = run;
  }

  async play(): Promise<number> {
    const { journal, faults } = this.#icloud;
    this.#say(`A small iCloud runs at ${this.#icloud.endpoint}, for this demo only.`);
    this.#say(`Account: ${ACCOUNT.appleId}   Password: ${ACCOUNT.password}`);

    this.#heading('Sign in: the password, then the code that Apple shows on a trusted device');
    await this.#kei('login', 'get-code');
    const code = this.#icloud.account.pendingCode()?.code ?? '';
    this.#say(`The "device" shows: ${code}`);
    await this.#kei('login', 'submit-code', code);
    await this.#kei('list', 'albums');

    this.#heading('First sync, while the connection drops now and then');
    faults.add({
      name: 'dropped connections',
      when: { site: 'content', resumed: false },
      timing: { every: 9 },
      action: { kind: 'drop', afterBytes: 100_000, how: 'reset' },
    });
    const before = journal.count();
    await this.#kei('sync', ...this.#syncFlags());
    const first = this.#cost(before);
    faults.clear();

    this.#heading('Second sync: nothing changed in iCloud');
    const between = journal.count();
    await this.#kei('sync', ...this.#syncFlags());
    const second = this.#cost(between);

    this.#heading('Every file, read again and proven');
    await this.#kei('verify', '--checksums');
    await this.#kei('status');

    this.#heading(`What is in ${this.#directory}`);
    await this.#printTree();
    this.#heading('What it cost');
    this.#say(`First sync:  ${first}`);
    this.#say(`Second sync: ${second}`);
    this.#say('Run the demo again and it finds everything in place.');
    return EXIT.ok;
  }

  /** Runs kei as a person would, and shows the command line. */
  async #kei(...argv: string[]): Promise<void> {
    const { stdout } = this.#host;
    stdout.write(`\n$ kei ${argv.join(' ')}\n`);
    const code = await this.#run(argv, {
      ...this.#host,
      argv,
      home: this.#home,
      env: {
        ICLOUD_PASSWORD: ACCOUNT.password,
        KEI_ICLOUD_ENDPOINT: this.#icloud.endpoint,
        KEI_TIME_SCALE: '0.05',
        KEI_MIN_FREE_BYTES: String(64 * 1024 * 1024),
        KEI_LOG_FORMAT: 'text',
        TERM: this.#host.env['TERM'],
      },
    });
    if (code === EXIT.ok) return;
    throw new KeiError({
      code: 'DEMO_FAILED',
      kind: 'permanent',
      message: `kei ${argv.join(' ')} ended with exit code ${code} in the demo.`,
      hint: 'What it said before this line tells why.',
    });
  }

  #syncFlags(): string[] {
    return this.#flags.progressBar === false ? ['--no-progress-bar'] : [];
  }

  /** Requests since `from`, by service. */
  #cost(from: number): string {
    const entries = this.#icloud.journal.entries.slice(from);
    const count = (site: string) => entries.filter((entry) => entry.site === site).length;
    const bytes = entries
      .filter(({ site }) => site === 'content')
      .reduce((sum, { bytesSent }) => sum + bytesSent, 0);
    const dropped = entries.filter(({ site, aborted }) => site === 'content' && aborted).length;
    const parts = [
      plural(count('ckdatabase'), 'CloudKit call'),
      plural(count('content'), 'download request'),
      plural(count('idmsa') + count('setup'), 'sign-in call'),
      `${formatBytes(bytes)} sent`,
    ];
    return parts.join(', ') + (dropped > 0 ? `, ${plural(dropped, 'connection')} dropped` : '');
  }

  async #printTree(): Promise<void> {
    const entries = await readdir(this.#directory, { recursive: true, withFileTypes: true });
    const paths = entries
      .filter((entry) => entry.isFile() && entry.name !== MARKER)
      .map((entry) => join(entry.parentPath, entry.name).slice(this.#directory.length + 1))
      .sort();
    let folder = '';
    for (const path of paths.slice(0, TREE_LINES)) {
      const cut = path.lastIndexOf('/');
      if (path.slice(0, cut) !== folder) {
        folder = path.slice(0, cut);
        this.#say(`  ${folder}/`);
      }
      this.#say(`      ${path.slice(cut + 1)}`);
    }
    if (paths.length > TREE_LINES) this.#say(`  ... and ${paths.length - TREE_LINES} more files`);
  }

  #heading(text: string): void {
    printLine(this.#host);
    printLine(this.#host, `== ${text} ==`);
  }

  #say(text: string): void {
    printLine(this.#host, text);
  }
}

const MARKER = '.kei-demo';

/** The demo writes only into a folder that is new, empty, or its own of an earlier time. */
async function refuseForeignFolder(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const names = await readdir(directory);
  if (names.length > 0 && !names.includes(MARKER)) {
    throw new KeiError({
      code: 'DEMO_FOLDER',
      kind: 'usage',
      message: `${directory} has files in it that are not from a demo.`,
      hint: 'Choose another folder with --directory.',
    });
  }
  await writeFile(join(directory, MARKER), 'Made by kei demo; delete this folder at will.\n');
}

async function writeConfig(home: string, directory: string): Promise<void> {
  const folder = join(home, '.config', 'kei');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(
    join(folder, 'config.toml'),
    [
      '[auth]',
      `username = ${JSON.stringify(ACCOUNT.appleId)}`,
      '[download]',
      `directory = ${JSON.stringify(directory)}`,
      'folder_structure = "{library}/%Y/%m"',
      '[filters]',
      'libraries = ["all"]',
      '[photos]',
      'keep_unicode_in_filenames = true',
      '',
    ].join('\n'),
    { mode: 0o600 },
  );
}

function assetCount(text: string | undefined): number {
  if (text === undefined) return SEEDED_ASSETS;
  const count = Number(text);
  if (Number.isInteger(count) && count > 0) return count;
  throw new KeiError({
    code: 'USAGE_ASSETS',
    kind: 'usage',
    message: `--assets ${text} is not a whole number above zero.`,
    hint: 'For example: kei demo --assets 200',
  });
}
