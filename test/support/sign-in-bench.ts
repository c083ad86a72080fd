import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import {
  Authenticator,
  type AuthDomain,
  type CodeChoice,
  type CodeQuestion,
  type CodeReply,
  type TwoFactorPrompt,
} from '../../src/auth/index.js';
import type { Transport } from '../../src/http/index.js';
import { systemRandom } from '../../src/platform/random.js';
import type { AccountOptions } from '../../src/simulator/account/account.js';
import { FakeICloud } from '../../src/simulator/fake-icloud.js';
import { ManualClock } from './manual-clock.js';

/** Simulated time at the start of a bench. */
const START = Date.UTC(2026, 5, 1);

interface BenchOptions {
  readonly account?: AccountOptions;
  readonly domain?: AuthDomain;
}

interface ProcessOptions {
  readonly prompt?: TwoFactorPrompt;
  readonly password?: string;
  readonly appleId?: string;
}

/** A person who answers the questions for a code as the test says. */
export class ScriptedPrompt implements TwoFactorPrompt {
  readonly told: string[] = [];
  readonly questions: CodeQuestion[] = [];
  readonly #replies: ((question: CodeQuestion) => CodeReply | string)[];
  readonly #choose: (choices: readonly CodeChoice[]) => CodeChoice | undefined;

  constructor(
    replies: ((question: CodeQuestion) => CodeReply | string)[],
    choose: (choices: readonly CodeChoice[]) => CodeChoice | undefined = (choices) =>
      choices.at(-1),
  ) {
    this.#replies = replies;
    this.#choose = choose;
  }

  async chooseMethod(choices: readonly CodeChoice[]): Promise<CodeChoice> {
    const choice = this.#choose(choices);
    if (choice === undefined) throw new Error('The test chooses nothing.');
    return choice;
  }

  async askCode(question: CodeQuestion): Promise<CodeReply> {
    this.questions.push(question);
    const reply = this.#replies.shift();
    if (reply === undefined) throw new Error('The test expected no further question.');
    const answer = reply(question);
    return typeof answer === 'string' ? { kind: 'code', typed: answer } : answer;
  }

  tell(line: string): void {
    this.told.push(line);
  }
}

/** A simulated Apple, an empty data directory, and kei processes that share them. */
export async function signInBench({ account = {}, domain = 'com' }: BenchOptions = {}) {
  const clock = new ManualClock({ nowMs: START, impatient: true });
  const icloud = await FakeICloud.start({
    // Fewer rounds than Apple's, so that a test spends its time on the flow.
    account: { iteration: 1_000, ...account },
    now: () => clock.now(),
    seed: 7,
    journal: { details: true },
  });
  onTestFinished(async () => {
    await icloud.close();
    expect(icloud.journal.unhandled).toEqual([]);
  });
  const folder = await mkdtemp(join(tmpdir(), 'kei-sign-in-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const cookies = join(folder, 'janeappleseedexamplecom');
  const paths = { cookies, session: `${cookies}.session`, cache: `${cookies}.cache` };
  const log: unknown[] = [];
  const note = (message: string, fields?: unknown) => void log.push([message, fields]);
  const transport: Transport = {
    clock,
    logger: { debug: note, info: note, warn: note, error: note },
    loopback: { origin: icloud.endpoint, timeScale: 1 },
  };
  let passwordsAsked = 0;

  return {
    icloud,
    account: icloud.account,
    settings: icloud.account.settings,
    clock,
    paths,
    log,
    get passwordsAsked() {
      return passwordsAsked;
    },
    /** A kei process of its own: nothing in memory, the data directory as it is. */
    process(options: ProcessOptions = {}): Authenticator {
      const { prompt, password = icloud.account.password } = options;
      const authenticator = new Authenticator({
        appleId: options.appleId ?? icloud.account.appleId,
        domain,
        transport,
        random: systemRandom,
        paths,
        password: {
          kind: 'direct',
          get: async () => {
            passwordsAsked += 1;
            return Buffer.from(password);
          },
        },
        prompt,
      });
      onTestFinished(() => authenticator.close());
      return authenticator;
    },
    /** A person who types what the device shows. */
    reader: () => new ScriptedPrompt([() => icloud.account.pendingCode('device')?.code ?? 'none']),
    /** Operations asked of sign-in and account service so far, oldest first. */
    asked: () =>
      icloud.journal.entries
        .filter(({ site }) => site !== 'ckdatabase')
        .map(({ method, operation, path }) => `${method} ${operation ?? path}`),
    session: async () =>
      JSON.parse(await readFile(paths.session, 'utf8')) as Record<string, string>,
  };
}

export type SignInBench = Awaited<ReturnType<typeof signInBench>>;

/** A bench whose account has trusted this computer for longer than the validation cache lasts. */
export async function trustedBench(options: BenchOptions = {}): Promise<SignInBench> {
  const bench = await signInBench(options);
  const first = bench.process({ prompt: bench.reader() });
  await first.login();
  await first.close();
  bench.clock.advance(600_000);
  return bench;
}
