/** What goes wrong with signing in, each in an account of its own. */
import type { Account } from '../../src/simulator/account/account.js';
import type { FaultAction } from '../../src/simulator/fault-actions.js';
import { clockAhead } from '../support/wrong-clock.js';
import { faultBench, type FaultBench } from './bench.js';
import { countsOf, type Row, type Story } from './measure.js';

const HOUR_MS = 3_600_000;
/** D58: password sign-ins in an hour that nobody attends. */
const MOST_SIGN_INS = 3;

interface Scenario extends Story {
  readonly twoFactor?: boolean;
  readonly begin: (account: Account, bench: FaultBench) => void;
  readonly end: (account: Account, bench: FaultBench) => void;
  /** What the run ends with while it lasts. */
  readonly code: number;
  /** What it says. */
  readonly says: RegExp;
  /** Whether kei leaves Apple in peace until a stored time. */
  readonly waits?: boolean;
}

const refused = (action: FaultAction) => ({
  begin: (_: Account, { icloud }: FaultBench) => {
    icloud.faults.add({ name: 'sign-in', when: { operation: 'signin/complete' }, action });
  },
  end: (_: Account, { icloud }: FaultBench) => {
    icloud.faults.remove('sign-in');
  },
});

const SCENARIOS: readonly Scenario[] = [
  {
    does: 'answers 503 to the password',
    kei: 'stops, exit 1; half an hour nobody asks Apple again',
    code: 1,
    says: /later|wait|again|minutes/i,
    waits: true,
    ...refused({ kind: 'status', status: 503 }),
  },
  {
    does: 'answers 429 to the password, Retry-After one hour',
    kei: 'stops, exit 1; for that hour nobody asks Apple again',
    code: 1,
    says: /later|wait|again|minutes/i,
    waits: true,
    ...refused({ kind: 'status', status: 429, retryAfter: 3600 }),
  },
  {
    does: 'has locked the account',
    kei: 'exit 4, says where to unlock it',
    code: 4,
    says: /locked/i,
    begin: (account) => {
      account.lock();
    },
    end: (account) => {
      account.unlock();
    },
  },
  {
    does: 'wants new terms accepted',
    kei: 'exit 4, says where to accept them',
    code: 4,
    says: /terms/i,
    begin: (account) => {
      account.settings.termsPending = true;
    },
    end: (account) => {
      account.settings.termsPending = false;
    },
  },
];

/** Each scenario: two runs while it lasts, one when it is over. */
export async function signInRows(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const scenario of SCENARIOS) rows.push(await play(scenario));
  rows.push(await wrongCode());
  return rows;
}

async function play({ does, kei, begin, end, code, says, waits }: Scenario): Promise<Row> {
  const bench = await faultBench({ assets: 5 });
  const problems: string[] = [];
  try {
    const { account, journal } = bench.icloud;
    begin(account, bench);
    const ends: string[] = [];
    for (let run = 0; run < 2; run += 1) {
      const before = journal.total;
      const result = await bench.sync({ env: { KEI_TIME_SCALE: '1' } });
      ends.push(String(result.code));
      if (result.code !== code) problems.push(`exit ${result.code} instead of ${code}`);
      if (!says.test(result.stderr)) problems.push(`says: ${result.stderr.slice(-300)}`);
      if (run > 0 && waits && journal.total > before) problems.push('Apple was asked again');
    }
    end(account, bench);
    const env = waits ? clockAhead(1.1 * HOUR_MS) : {};
    const cured = await bench.sync({ env });
    ends.push(String(cured.code));
    if (cured.code !== 0) problems.push(`afterwards: ${cured.stderr.slice(-300)}`);
    return await rowOf({ does, kei }, bench, ends, problems);
  } finally {
    await bench.close();
  }
}

/** A code that is mistyped does not send the password again. */
async function wrongCode(): Promise<Row> {
  const bench = await faultBench({ assets: 5, twoFactor: true });
  const { home, icloud } = bench;
  const problems: string[] = [];
  const ends: string[] = [];
  const step = async (code: number, ...args: string[]) => {
    const result = await home.run(args);
    ends.push(String(result.code));
    if (result.code !== code) problems.push(`${args.join(' ')}: ${result.stderr.slice(-300)}`);
  };
  try {
    await step(3, 'sync');
    await step(0, 'login', 'get-code');
    const code = icloud.account.pendingCode()?.code ?? '';
    await step(3, 'login', 'submit-code', code === '000000' ? '111111' : '000000');
    await step(0, 'login', 'submit-code', code);
    await step(0, 'sync', '--no-progress-bar');
    const story = {
      does: 'wants a code, and is given a wrong one first',
      kei: 'exit 3 and the two commands; the right code then signs in without the password',
    };
    return await rowOf(story, bench, ends, problems);
  } finally {
    await bench.close();
  }
}

async function rowOf(
  story: Story,
  bench: FaultBench,
  ends: readonly string[],
  problems: string[],
): Promise<Row> {
  const counts = await countsOf(bench);
  if (counts.signIns > MOST_SIGN_INS) problems.push(`${counts.signIns} sign-ins with the password`);
  return { ...story, ...counts, ends, problems };
}
