import { codeNotRequested, codeRefused } from '../errors/auth-errors.js';
import { isKeiError } from '../errors/index.js';
import type { CodeChoice, TwoFactorPrompt } from './prompt.js';
import type { TrustedPhone } from './responses.js';
import type { CodeMethod } from './session.js';
import { normalizeCode, requestCode, submitCode, type CodeRequestResult } from './two-factor.js';
import type { AccountWire } from './wire.js';

const WRONG_CODES = 3;
/** Seconds before the second, third and any later code (protocol 3.2). */
const COOL_DOWNS = [30, 60, 120];

/**
 * Has a code sent and asks the user for it until Apple accepts one (D26). Resolves with whether
 * Apple wants the escrow proof next; three wrong codes throw `AUTH_CODE_REFUSED`.
 */
export async function collectCode(
  wire: AccountWire,
  prompt: TwoFactorPrompt,
  phones: readonly TrustedPhone[],
): Promise<{ readonly escrow: boolean }> {
  const sender = new CodeSender(wire, prompt, phones);
  await sender.start();
  for (let wrong = 0; wrong < WRONG_CODES;) {
    const { method } = sender;
    const reply = await prompt.askCode({ method, canChoose: sender.choices.length > 1 });
    if (reply.kind === 'resend') {
      await sender.resend();
      continue;
    }
    if (reply.kind === 'other-method') {
      await sender.change();
      continue;
    }
    const code = normalizeCode(reply.typed);
    if (code === undefined) {
      prompt.tell('A code has exactly six digits.');
      continue;
    }
    const verdict = await submitCode(wire, toMethod(method), code);
    if (verdict.kind === 'accepted') return verdict;
    if (verdict.kind === 'expired') throw codeNotRequested();
    wrong += 1;
    prompt.tell(
      verdict.kind === 'other-method' && sender.choices.length > 1
        ? 'Apple refused this code; it may want one that was sent another way.'
        : 'Apple refused this code.',
    );
  }
  throw codeRefused();
}

/** What of a choice is kept and sent. */
export function toMethod(choice: CodeChoice): CodeMethod {
  if (choice.kind === 'device') return choice;
  const { id, mode, nonFTEU } = choice.phone;
  return { kind: 'phone', phone: { id, mode, ...(nonFTEU === undefined ? {} : { nonFTEU }) } };
}

/** Sends codes, with a cool-down between them, and remembers how the last one was sent. */
class CodeSender {
  readonly #wire: AccountWire;
  readonly #prompt: TwoFactorPrompt;
  readonly choices: readonly CodeChoice[];
  method: CodeChoice = { kind: 'device' };
  #sent = 0;
  #notBefore = 0;

  constructor(wire: AccountWire, prompt: TwoFactorPrompt, phones: readonly TrustedPhone[]) {
    this.#wire = wire;
    this.#prompt = prompt;
    this.choices = [
      { kind: 'device' },
      ...phones.map((phone) => ({ kind: 'phone', phone }) as const),
    ];
  }

  /** A code on the trusted devices; when none can be reached, a way that the user chooses. */
  async start(): Promise<void> {
    if (await this.#send(this.method)) return;
    const others = this.choices.slice(1);
    if (others.length === 0) {
      // A code can be had without a push, from the settings of a device (protocol 3.2).
      this.#prompt.tell(
        'Apple could not show a code on a device. Get one there: Settings, your name, ' +
          'Sign-In & Security, Get Verification Code.',
      );
      return;
    }
    this.#prompt.tell('Apple could not show a code on a trusted device.');
    await this.change(others);
  }

  async resend(): Promise<void> {
    const left = this.#notBefore - this.#wire.options.clock.now();
    if (left > 0) {
      this.#prompt.tell(`Another code can be sent in ${Math.ceil(left / 1000)} s.`);
      return;
    }
    if (await this.#send(this.method)) return;
    this.#prompt.tell('Apple did not send another code.');
  }

  async change(choices = this.choices): Promise<void> {
    const [only, ...more] = choices;
    if (only === undefined) return;
    const chosen = more.length === 0 ? only : await this.#prompt.chooseMethod(choices);
    if (await this.#send(chosen)) this.method = chosen;
    else this.#prompt.tell('Apple did not send a code this way.');
  }

  async #send(choice: CodeChoice): Promise<boolean> {
    const method = toMethod(choice);
    const result = await this.#request(method);
    if (result === 'expired') throw codeNotRequested();
    if (result === 'unavailable') return false;
    const coolDown = COOL_DOWNS[Math.min(this.#sent, COOL_DOWNS.length - 1)] ?? 0;
    this.#sent += 1;
    this.#notBefore = this.#wire.options.clock.now() + coolDown * 1000;
    this.#wire.update({ pendingCode: method });
    await this.#wire.save();
    return true;
  }

  /** A network failure must not end a sign-in whose code may be had another way. */
  async #request(method: CodeMethod): Promise<CodeRequestResult> {
    try {
      return await requestCode(this.#wire, method);
    } catch (error) {
      if (!isKeiError(error, 'transient')) throw error;
      this.#wire.options.logger.warn(error.message);
      return 'unavailable';
    }
  }
}
