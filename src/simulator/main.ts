/** The simulator as a process of its own. Its output is JSON, one object a line. */

import { openSync, readFileSync, writeSync } from 'node:fs';
import { describeCode } from './control-account.js';
import { FakeICloud } from './fake-icloud.js';
import { parseFaults } from './fault-parse.js';
import type { FaultSpec } from './faults.js';
import { controlHost } from './hosts.js';
import { readMainOptions, usage, UsageError, type MainOptions } from './main-options.js';
import { seedLibrary } from './seeds/index.js';

const usageErrorExit = 64;
const failureExit = 1;

async function main(): Promise<void> {
  const options = readMainOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(usage);
    return;
  }
  const icloud = await start(options);
  icloud.account.codes.subscribe((code) => {
    print({ event: 'code', ...describeCode(code) });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void icloud.close().then(() => process.exit(0));
    });
  }
  const { port, endpoint, account } = icloud;
  const control = endpoint.replace(/\/\/.*:/, `//${controlHost}:`);
  print({
    event: 'listening',
    port,
    endpoint,
    control,
    account: account.appleId,
    library: options.library,
  });
}

async function start(options: MainOptions): Promise<FakeICloud> {
  const faults = options.faults === undefined ? [] : readFaults(options.faults);
  const tls = options.tls && { cert: read(options.tls.cert), key: read(options.tls.key) };
  const { seed } = options;
  const icloud = await FakeICloud.start({
    account: {
      appleId: options.account,
      password: options.password,
      region: options.region,
      twoFactor: twoFactorOf(options),
    },
    library: (basics) => {
      const library = seedLibrary(options.library, basics);
      library.tuning.urlLifetimeSeconds = options.urlLifetimeSeconds;
      return library;
    },
    port: options.port,
    host: options.host,
    strict: options.strict,
    journal: { details: options.journalBodies },
    ...(seed === undefined ? {} : { seed }),
    ...(tls ? { tls } : {}),
  });
  for (const fault of faults) icloud.faults.add(fault);
  if (options.journal !== undefined) writeJournal(icloud, options.journal);
  return icloud;
}

function twoFactorOf({ twoFactor, twoFactorStyle, fixedCode }: MainOptions) {
  if (twoFactor === 'off') return 'off';
  return {
    style: twoFactorStyle,
    fixedCode,
    ...(twoFactor === 'sms' ? { trustedDevices: 0 } : {}),
  };
}

function readFaults(path: string): FaultSpec[] {
  const text = read(path).toString('utf8');
  try {
    return parseFaults(JSON.parse(text));
  } catch (error) {
    throw new UsageError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${path} cannot be read: ${reason}.`);
  }
}

/** Written at once: a test that kills processes reads what happened up to then. */
function writeJournal(icloud: FakeICloud, path: string): void {
  const file = openSync(path, 'a');
  icloud.journal.subscribe((entry) => {
    writeSync(file, `${JSON.stringify(entry)}\n`);
  });
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n`);
  // A library's name is part of the command line too.
  const isUsage = error instanceof UsageError || error instanceof RangeError;
  process.exitCode = isUsage ? usageErrorExit : failureExit;
});
