import { Authenticator, passwordSource, type PasswordSource } from '../auth/index.js';
import { dataPaths } from '../config/paths.js';
import { requireUsername } from '../config/required.js';
import { runShell } from '../platform/shell-command.js';
import type { CommandContext } from './context.js';
import { ask } from './prompt.js';
import { twoFactorPrompt } from './two-factor-prompt.js';

/** The way to a signed-in account for one command; close it at the end. */
export function createAuthenticator(context: CommandContext, signal: AbortSignal): Authenticator {
  const { config, host, clock, log } = context;
  const username = requireUsername(context, host.env);
  const { session, cookies, cache } = dataPaths(config.dataDir, username);
  return new Authenticator({
    appleId: username,
    domain: config.auth.domain,
    transport: { clock, logger: log, loopback: context.loopback },
    random: host.random,
    paths: { session, cookies, cache },
    password: redactedPassword(context, username, signal),
    prompt: twoFactorPrompt(host, signal),
    signal,
  });
}

/** The configured password source; what it gives can never be read in the log (OB-37). */
function redactedPassword(
  { config, host, log, redactor }: CommandContext,
  username: string,
  signal: AbortSignal,
): PasswordSource {
  const source = passwordSource(config.auth.password, {
    home: host.home,
    logger: log,
    runShell,
    ...(host.stdin.isTTY === true
      ? { ask: () => ask(host, `Apple password for ${username}: `, { masked: true, signal }) }
      : {}),
  });
  return {
    kind: source.kind,
    get: async () => {
      const password = await source.get();
      redactor.register(password.toString('utf8'));
      return password;
    },
  };
}
