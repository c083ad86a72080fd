import { Command, CommanderError, Option } from 'commander';
import { EXIT } from './exit-codes.js';
import type { Host } from './host.js';
import type { Invocation, RunCommandLine } from './invocation.js';
import { addNarrowingOptions } from './options/narrowing.js';
import { addGlobalOptions, addPasswordOptions, type CliFlags } from './options/shared.js';
import { packageVersion } from './version.js';

type Entry<Flags extends CliFlags> = (invocation: Invocation<Flags>) => Promise<number>;

const HINTS = `
Getting started:
  kei demo                     see it work against a built-in iCloud, no account needed
  kei sync                     download what is new

Common:
  kei login                    sign in to Apple and trust this machine
  kei status                   what is on disk, what is pending, what failed
  kei list albums              the albums of your library

Advanced:
  kei import-existing          adopt what icloudpd or an earlier kei has downloaded
  kei verify --checksums       read every file again and compare; --repair to fetch what is damaged
  kei audit                    account for every photo in iCloud
  kei reset sync-token         make the next sync list everything

Exit codes: 0 done, 1 failed, 2 some files failed, 3 sign-in, 4 the Apple account needs you,
64 wrong usage, 130 stopped by a second signal.`;

/**
 * Parses one command line and runs the command that it names.
 *
 * @returns the exit code: the command's own, or 64 for a command line that makes no sense (D3).
 */
export async function runProgram(
  argv: readonly string[],
  host: Host,
  run: RunCommandLine,
): Promise<number> {
  let exitCode: number = EXIT.ok;
  const version = await packageVersion();

  /** Runs a lazily loaded entry point with the merged flags and remembers its exit code. */
  const action =
    <Flags extends CliFlags>(load: () => Promise<Entry<Flags>>) =>
    async (...given: unknown[]) => {
      const command = given.at(-1) as Command;
      const entry = await load();
      exitCode = await entry({ host, flags: command.optsWithGlobals(), args: command.args, run });
    };

  const program = new Command('kei')
    .description('Backs up an iCloud Photos library to folders that you own.')
    .version(version, '-V, --version', 'print the version')
    .addHelpText('after', HINTS)
    .configureOutput({
      writeOut: (text) => host.stdout.write(text),
      writeErr: (text) => host.stderr.write(text),
      getOutHelpWidth: () => host.stdout.columns ?? 80,
      getErrHelpWidth: () => host.stderr.columns ?? 80,
    })
    .exitOverride()
    .showHelpAfterError('(add --help for the options of this command)');
  addGlobalOptions(program);

  addNarrowingOptions(
    addPasswordOptions(program.command('sync').description('download new photos and videos')),
  )
    .addOption(
      new Option('--dry-run', 'show what would be downloaded, change nothing').conflicts(
        'retryFailed',
      ),
    )
    .option('--only-print-filenames', 'print the path of each file to download, nothing else')
    .option('--retry-failed', 'try every failed file again, as if it had never failed')
    .option('--no-progress-bar', 'no progress bar in this run')
    .action(action(async () => (await import('./commands/sync.js')).runSync));

  const login = addPasswordOptions(
    program.command('login').description('sign in and trust this machine, nothing else'),
  ).action(action(async () => (await import('./commands/login.js')).runLogin));
  login
    .command('get-code')
    .description('ask Apple for a code: on your devices, or by SMS')
    .addOption(
      new Option(
        '--sms [id]',
        'send it to a trusted phone number, by its id when there are several',
      ),
    )
    .action(action(async () => (await import('./commands/login.js')).runGetCode));
  login
    .command('submit-code')
    .argument('<code>', 'the six digits')
    .description('submit a code that you received')
    .action(action(async () => (await import('./commands/login.js')).runSubmitCode));

  const list = program.command('list').description('list what iCloud holds');
  addPasswordOptions(list.command('libraries').description('the photo libraries')).action(
    action(async () => (await import('./commands/list.js')).runListLibraries),
  );
  addPasswordOptions(list.command('albums').description('the albums and smart folders'))
    .option('--library <name>', 'of this library; may be repeated', collect)
    .action(action(async () => (await import('./commands/list.js')).runListAlbums));

  program
    .command('status')
    .description('what is downloaded, pending and failed (offline)')
    .option('--failed', 'list the failed files')
    .option('--pending', 'list the pending files')
    .option('--downloaded', 'list the downloaded files')
    .action(action(async () => (await import('./commands/status.js')).runStatus));

  program
    .command('verify')
    .description('check that every downloaded file is still there (offline)')
    .option('--checksums', 'also read every file and compare its content')
    .option('--since <date>', 'read no file again that was verified since then')
    .option('--repair', 'let the next sync fetch what is missing or damaged')
    .option('--no-progress-bar', 'no progress bar in this run')
    .action(action(async () => (await import('./commands/verify.js')).runVerify));

  program
    .command('reconcile')
    .description('let the next sync fetch files that are gone or cut short (offline)')
    .option('--dry-run', 'only list them')
    .action(action(async () => (await import('./commands/reconcile.js')).runReconcile));

  addPasswordOptions(
    program
      .command('import-existing')
      .argument('[dir...]', 'where to look (default: the download folder)')
      .description('adopt photos that another tool, or an earlier kei, has downloaded'),
  )
    .option('--library <name>', 'of this library; may be repeated', collect)
    .option('--recent <n>', 'only the newest N of each library')
    .option('--dry-run', 'report what would be adopted, record nothing')
    .option('--strict', 'compare the beginning of what no checksum proves with iCloud')
    .option('--force-empty', 'go on although iCloud shows an empty library')
    .option('--json', 'one JSON object a line, every file and photo named')
    .option('--no-progress-bar', 'no progress bar, and no progress lines')
    .action(action(async () => (await import('./commands/import-existing.js')).runImportExisting));

  addPasswordOptions(
    program
      .command('audit')
      .description('account for every photo in iCloud: on disk, left out, or missing'),
  )
    .option('--json', 'one JSON record a line: every asset, then the totals of its library')
    .option('--online', 'list iCloud first, instead of what the last sync knew')
    .action(action(async () => (await import('./commands/audit.js')).runAudit));

  program
    .command('manifest')
    .description('every file that kei knows, as JSON or CSV (offline)')
    .addOption(
      new Option('--format <format>', 'json or csv').choices(['json', 'csv']).default('json'),
    )
    .action(action(async () => (await import('./commands/manifest.js')).runManifest));

  const config = program.command('config').description('look at the configuration');
  config
    .command('show')
    .description('print the resolved configuration as TOML')
    .action(action(async () => (await import('./commands/config.js')).runConfigShow));

  const reset = program.command('reset').description('forget what kei remembers, never a photo');
  reset
    .command('state')
    .description('delete the state database')
    .option('--restore', 'put back the copy that was kept before the last change of its schema')
    .option('-y, --yes', 'do not ask')
    .action(action(async () => (await import('./commands/reset.js')).runResetState));
  reset
    .command('sync-token')
    .description('make the next sync list everything')
    .option('-y, --yes', 'do not ask')
    .action(action(async () => (await import('./commands/reset.js')).runResetSyncToken));

  program
    .command('demo')
    .description('show kei at work against a built-in iCloud; nothing leaves this machine')
    .option('--directory <dir>', 'where the demo puts its files', 'kei-demo')
    .option('--assets <n>', 'add generated photos up to this number')
    .option('--no-progress-bar', 'no progress bar')
    .action(action(async () => (await import('./commands/demo.js')).runDemo));

  if (argv.length === 0) {
    program.outputHelp({ error: true });
    return EXIT.usage;
  }
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // commander throws for --help and --version too; they are no error.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
