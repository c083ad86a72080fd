import type { Authenticator, CodeChoice } from '../../auth/index.js';
import { KeiError } from '../../errors/index.js';
import { withAccountLock } from '../account-lock.js';
import { openContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { Host } from '../host.js';
import type { CliFlags } from '../options/shared.js';
import { printLine } from '../output.js';
import type { Invocation } from '../invocation.js';
import { withInterrupt } from '../interrupt.js';
import { createAuthenticator } from '../sign-in.js';

/** `login` waits this often, 3 s apart, for another kei to finish (cli 8.5). */
const LOCK_RETRIES = 6;

/** `kei login`: signs in completely and stores the session (cli 9.2). */
export function runLogin({ host, flags }: Invocation): Promise<number> {
  return withAuthenticator(host, flags, async (authenticator) => {
    await (await authenticator.login()).persist();
    printLine(host, 'Signed in. The session is stored; kei sync will use it.');
  });
}

interface GetCodeFlags extends CliFlags {
  /** `true` for the first trusted number, or the id of one. */
  readonly sms?: string | true;
}

/** `kei login get-code`: has Apple send a code, for a later `submit-code` (D26). */
export function runGetCode({ host, flags }: Invocation<GetCodeFlags>): Promise<number> {
  return withAuthenticator(host, flags, async (authenticator) => {
    const { sms } = flags;
    const request = await authenticator.requestCode(
      sms === undefined ? {} : { sms: sms === true ? true : phoneId(sms) },
    );
    if (request.kind === 'already-signed-in') {
      await request.session.persist();
      printLine(host, 'Already signed in; no code is needed.');
      return;
    }
    printLine(host, `${whatComes(request.method)} Next: kei login submit-code <CODE>`);
  });
}

/** `kei login submit-code CODE`: without asking for another one, which would void it (cli 9.2). */
export function runSubmitCode({ host, flags, args }: Invocation): Promise<number> {
  return withAuthenticator(host, flags, async (authenticator) => {
    const { kind, session } = await authenticator.submitCode(args.join(''));
    await session.persist();
    printLine(
      host,
      kind === 'accepted'
        ? 'Code accepted. This machine is trusted; kei sync will use the session.'
        : 'Already signed in; the code was not needed.',
    );
  });
}

async function withAuthenticator(
  host: Host,
  flags: CliFlags,
  use: (authenticator: Authenticator) => Promise<void>,
): Promise<number> {
  const context = await openContext(host, flags);
  return withInterrupt(host, (signal) =>
    withAccountLock(
      context,
      async () => {
        const authenticator = createAuthenticator(context, signal);
        try {
          await use(authenticator);
        } finally {
          await authenticator.close();
        }
        return EXIT.ok;
      },
      LOCK_RETRIES,
    ),
  );
}

function whatComes(method: CodeChoice): string {
  if (method.kind === 'device') return 'Apple shows a code on your Apple devices.';
  const { label, mode } = method.phone;
  return mode === 'voice'
    ? `Apple calls ${label} and says a code.`
    : `Apple sends a code as a text message to ${label}.`;
}

function phoneId(text: string): number {
  const id = Number(text);
  if (Number.isInteger(id) && id >= 0) return id;
  throw new KeiError({
    code: 'USAGE_PHONE_ID',
    kind: 'usage',
    message: `--sms=${text} is not the id of a trusted number.`,
    hint: 'Use --sms alone for the first number, or --sms=2 for the one with id 2.',
  });
}
