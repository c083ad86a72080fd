import { resolveConfig, type ResolvedConfig } from '../config/resolve.js';
import { readLoopback, type LoopbackEndpoint } from '../http/loopback.js';
import { systemClock, type Clock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import { createRedactor, type Redactor } from '../platform/redactor.js';
import type { Host } from './host.js';
import { createLogger, type LogSink } from './logging.js';
import type { CliFlags } from './options/shared.js';

/** A log sink whose lines can be led around a progress bar while one is drawn. */
export class RedirectableSink implements LogSink {
  readonly #usual: (line: string) => void;
  #current: (line: string) => void;

  constructor(usual: (line: string) => void) {
    this.#usual = usual;
    this.#current = usual;
  }

  write(line: string): void {
    this.#current(line);
  }

  redirect(to: (line: string) => void): void {
    this.#current = to;
  }

  restore(): void {
    this.#current = this.#usual;
  }
}

/** What every command starts from: the process edge, the resolved configuration, the log. */
export interface CommandContext extends ResolvedConfig {
  readonly host: Host;
  /** The clock of waits; runs faster only against a loopback endpoint (D28). */
  readonly clock: Clock;
  readonly log: Logger;
  readonly redactor: Redactor;
  readonly sink: RedirectableSink;
  readonly loopback: LoopbackEndpoint | undefined;
}

/**
 * Resolves the configuration of a command line and sets up its log. A password in the environment
 * is taken out of it first, so that no child process inherits it (SD-14).
 *
 * @throws ConfigError with every problem of the configuration.
 */
export async function openContext(host: Host, flags: CliFlags): Promise<CommandContext> {
  const redactor = createRedactor();
  for (const secret of [host.env['ICLOUD_PASSWORD'], flags.password]) {
    if (secret !== undefined) redactor.register(secret);
  }
  host.forgetVariable('ICLOUD_PASSWORD');
  const resolved = await resolveConfig({
    flags,
    env: host.env,
    home: host.home,
    cwd: host.cwd,
    platform: host.platform,
    nowMs: host.clock.now(),
  });
  const loopback = readLoopback(host.env);
  const clock = loopback === undefined ? host.clock : systemClock(loopback.timeScale);
  const sink = new RedirectableSink((line) => host.stderr.write(line));
  const log = createLogger({ host, level: resolved.config.logLevel, redactor, sink });
  for (const warning of resolved.warnings) log.warn(warning);
  if (loopback !== undefined) {
    log.debug('Every request goes to a simulated iCloud', { endpoint: loopback.origin });
  }
  return { ...resolved, host, clock, log, redactor, sink, loopback };
}
