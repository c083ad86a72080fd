/**
 * From an Apple ID and a password to a signed-in account: the SRP exchange, codes, trust, the
 * account's flags, and the files that make the next run need none of it. `Authenticator` is the
 * way in; everything else here is its steps.
 */
export type { AccountSession } from './account-session.js';
export {
  Authenticator,
  type AuthenticatorOptions,
  type CodeRequest,
  type SubmittedCode,
} from './authenticate.js';
export type { AuthDomain } from './endpoints.js';
export {
  passwordSource,
  type ConfiguredPassword,
  type PasswordEdges,
  type PasswordSource,
} from './password-source.js';
export type { CodeChoice, CodeQuestion, CodeReply, TwoFactorPrompt } from './prompt.js';
export type { TrustedPhone } from './responses.js';
export type { SessionPaths } from './session-store.js';
