import type { TrustedPhone } from './responses.js';

/** A way to receive a code that the user can choose (D26). */
export type CodeChoice =
  { readonly kind: 'device' } | { readonly kind: 'phone'; readonly phone: TrustedPhone };

/** What the user answered to the question for a code. */
export type CodeReply =
  | { readonly kind: 'code'; readonly typed: string }
  /** Send another one the same way; an empty line means this. */
  | { readonly kind: 'resend' }
  /** Let me choose another way. */
  | { readonly kind: 'other-method' };

export interface CodeQuestion {
  /** How the code that is asked for was sent. */
  readonly method: CodeChoice;
  /** True when there is another way to choose. */
  readonly canChoose: boolean;
}

/** The person at the terminal during a sign-in; absent when nobody is there. */
export interface TwoFactorPrompt {
  /** Asks which way the code should come; called only with two or more choices. */
  chooseMethod(choices: readonly CodeChoice[]): Promise<CodeChoice>;
  askCode(question: CodeQuestion): Promise<CodeReply>;
  /** Shows one sentence. */
  tell(line: string): void;
}
