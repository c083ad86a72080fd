import type { CodeChoice, CodeQuestion, CodeReply, TwoFactorPrompt } from '../auth/index.js';
import { KeiError } from '../errors/index.js';
import type { Host } from './host.js';
import { notice } from './output.js';
import { ask } from './prompt.js';

/** The person at the terminal during a sign-in, or `undefined` when nobody is there (D4). */
export function twoFactorPrompt(host: Host, signal: AbortSignal): TwoFactorPrompt | undefined {
  if (host.stdin.isTTY !== true) return undefined;
  return {
    chooseMethod: (choices) => chooseMethod(host, choices, signal),
    askCode: (question) => askCode(host, question, signal),
    tell: (line) => {
      notice(host, line);
    },
  };
}

async function chooseMethod(
  host: Host,
  choices: readonly CodeChoice[],
  signal: AbortSignal,
): Promise<CodeChoice> {
  notice(host, 'How shall the code come?');
  choices.forEach((choice, index) => {
    notice(host, `  ${index + 1}  ${describe(choice)}`);
  });
  for (;;) {
    const answer = await ask(host, `Choose 1 to ${choices.length}: `, { signal });
    if (answer === undefined) throw nobodyAnswers();
    const chosen = choices[Number(answer.trim()) - 1];
    if (chosen !== undefined) return chosen;
  }
}

async function askCode(
  host: Host,
  { method, canChoose }: CodeQuestion,
  signal: AbortSignal,
): Promise<CodeReply> {
  const other = canChoose ? ', s for another way' : '';
  const answer = await ask(
    host,
    `Code that came by ${describe(method)} (Enter for a new one${other}): `,
    { signal },
  );
  if (answer === undefined) throw nobodyAnswers();
  const typed = answer.trim();
  if (typed === '') return { kind: 'resend' };
  return canChoose && typed.toLowerCase() === 's'
    ? { kind: 'other-method' }
    : { kind: 'code', typed };
}

function describe(choice: CodeChoice): string {
  if (choice.kind === 'device') return 'your Apple devices';
  const way = choice.phone.mode === 'voice' ? 'a call' : 'a text message';
  return `${way} to ${choice.phone.label}`;
}

function nobodyAnswers(): KeiError {
  return new KeiError({
    code: 'AUTH_CODE_NEEDED',
    kind: 'two-factor',
    message: 'Apple wants a code, and the input ended before one was typed.',
    hint: 'Run kei login get-code, then kei login submit-code CODE.',
  });
}
