import { parseArgs } from 'node:util';

/** What the command line of the simulator says. */
export interface MainOptions {
  readonly port: number;
  readonly host: string;
  readonly library: string;
  readonly account: string;
  readonly password: string;
  readonly region: 'com' | 'cn';
  readonly twoFactor: 'device' | 'sms' | 'off';
  readonly twoFactorStyle: 'current' | 'older';
  readonly fixedCode: string | undefined;
  readonly tls: { readonly cert: string; readonly key: string } | undefined;
  readonly faults: string | undefined;
  readonly journal: string | undefined;
  readonly journalBodies: boolean;
  readonly seed: string | undefined;
  readonly urlLifetimeSeconds: number;
  readonly strict: boolean;
}

/** A command line that cannot be followed; the message is a sentence for its author. */
export class UsageError extends Error {}

export const usage = `Usage: node dist/simulator/main.js [options]

Plays iCloud Photos on this machine.

  --port N                 port to listen on (default 8080; 0: any that is free)
  --host ADDRESS           address to listen on (default 127.0.0.1)
  --library NAME           demo (default), awkward, empty, small:N or large:N
  --account EMAIL          Apple ID (default jane.appleseed@example.com)
  --password TEXT          its password (default Tr0ub4dor&3-horse)
  --region com|cn          where the account lives (default com)
  --two-factor KIND        device (default), sms or off
  --two-factor-style STYLE current (default) or older: pushes by itself, answers 204
  --fixed-code DIGITS      every code is this one
  --https --cert FILE --key FILE
                           speak TLS
  --faults FILE            faults to begin with, as JSON
  --journal FILE           append every request to this file, as JSON lines
  --journal-bodies         with query, headers and body of each request
  --seed TEXT              makes tokens, codes and chances repeat
  --url-lifetime SECONDS   how long download URLs are good (default 3600)
  --strict                 refuse what Apple refuses although some clients send it
  --help                   show this text
`;

const known = {
  port: { type: 'string', default: '8080' },
  host: { type: 'string', default: '127.0.0.1' },
  library: { type: 'string', default: 'demo' },
  account: { type: 'string', default: 'jane.appleseed@example.com' },
  password: { type: 'string', default: 'Tr0ub4dor&3-horse' },
  region: { type: 'string', default: 'com' },
  'two-factor': { type: 'string', default: 'device' },
  'two-factor-style': { type: 'string', default: 'current' },
  'fixed-code': { type: 'string' },
  https: { type: 'boolean', default: false },
  cert: { type: 'string' },
  key: { type: 'string' },
  faults: { type: 'string' },
  journal: { type: 'string' },
  'journal-bodies': { type: 'boolean', default: false },
  seed: { type: 'string' },
  'url-lifetime': { type: 'string', default: '3600' },
  strict: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

/** Reads the arguments after the program's name. `help` when it is asked for. Throws UsageError. */
export function readMainOptions(args: readonly string[]): MainOptions | 'help' {
  const values = parse(args);
  if (values.help) return 'help';
  return {
    port: wholeNumber('port', values.port, 65_535),
    host: values.host,
    library: values.library,
    account: values.account,
    password: values.password,
    region: oneOf('region', values.region, ['com', 'cn']),
    twoFactor: oneOf('two-factor', values['two-factor'], ['device', 'sms', 'off']),
    twoFactorStyle: oneOf('two-factor-style', values['two-factor-style'], ['current', 'older']),
    fixedCode: sixDigits(values['fixed-code']),
    tls: tlsFiles(values.https, values.cert, values.key),
    faults: values.faults,
    journal: values.journal,
    journalBodies: values['journal-bodies'],
    seed: values.seed,
    urlLifetimeSeconds: wholeNumber('url-lifetime', values['url-lifetime'], 1e9),
    strict: values.strict,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: known, strict: true }).values;
  } catch (error) {
    // Node's sentence names the argument; its further lines are advice about dashes.
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new UsageError(sentence);
  }
}

function wholeNumber(flag: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= most) return value;
  throw new UsageError(`--${flag} must be a whole number up to ${most}, not "${text}".`);
}

function oneOf<Choice extends string>(
  flag: string,
  text: string,
  choices: readonly Choice[],
): Choice {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new UsageError(`--${flag} must be one of ${choices.join(', ')}, not "${text}".`);
}

function sixDigits(text: string | undefined): string | undefined {
  if (text === undefined || /^\d{6}$/.test(text)) return text;
  throw new UsageError(`--fixed-code must be six digits, not "${text}".`);
}

function tlsFiles(
  https: boolean,
  cert: string | undefined,
  key: string | undefined,
): MainOptions['tls'] {
  if (!https && cert === undefined && key === undefined) return undefined;
  if (https && cert !== undefined && key !== undefined) return { cert, key };
  throw new UsageError('--https, --cert and --key belong together.');
}
