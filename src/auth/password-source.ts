import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { noPassword } from '../errors/auth-errors.js';
import type { Logger } from '../platform/logger.js';
import type { ShellRunner } from '../platform/shell-command.js';

/** The one way to get the password that the configuration names (cli 8.1, D8). */
export type ConfiguredPassword =
  | { readonly kind: 'direct'; readonly reveal: () => string }
  | { readonly kind: 'command'; readonly command: string }
  | { readonly kind: 'file'; readonly path: string };

/**
 * Gives the password whenever a sign-in needs it, never keeping it (cli 8.1). The caller wipes the
 * bytes after use. Rejects with an `auth` error when there is none.
 */
export interface PasswordSource {
  readonly kind: ConfiguredPassword['kind'] | 'fallback';
  get(): Promise<Buffer>;
}

export interface PasswordEdges {
  readonly home: string;
  readonly logger: Logger;
  readonly runShell: ShellRunner;
  /** How long a command may take, in milliseconds. */
  readonly commandTimeoutMs?: number;
  /** The credential store's password, if it holds one. */
  readonly stored?: () => Promise<string | undefined>;
  /** Asks at the terminal without echo; absent when nobody is there. */
  readonly ask?: () => Promise<string | undefined>;
}

const COMMAND_TIMEOUT_MS = 30_000;

/** The source for a configuration; without a configured one the store, then the prompt. */
export function passwordSource(
  configured: ConfiguredPassword | undefined,
  edges: PasswordEdges,
): PasswordSource {
  if (configured === undefined) return { kind: 'fallback', get: () => fromStoreOrPrompt(edges) };
  const { kind } = configured;
  switch (kind) {
    case 'direct':
      return {
        kind,
        get: () => Promise.resolve(nonEmpty(Buffer.from(configured.reveal()), 'the command line')),
      };
    case 'command':
      return { kind, get: () => fromCommand(configured.command, edges) };
    case 'file': {
      let warned = false;
      const path = expandHome(configured.path, edges.home);
      return {
        kind,
        get: async () => {
          warned ||= await warnReadable(path, edges.logger);
          return fromFile(path);
        },
      };
    }
  }
}

async function fromCommand(command: string, edges: PasswordEdges): Promise<Buffer> {
  const timeoutMs = edges.commandTimeoutMs ?? COMMAND_TIMEOUT_MS;
  const hint = 'Run [auth].password_command by hand and see what it prints.';
  const result = await edges.runShell(command, timeoutMs).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw noPassword(`The password command cannot be started: ${reason}.`, hint);
  });
  if (result.timedOut) {
    throw noPassword(`The password command took longer than ${timeoutMs / 1000} s.`, hint);
  }
  if (result.exitCode !== 0) {
    const how = result.exitCode === undefined ? 'a signal' : `status ${result.exitCode}`;
    throw noPassword(`The password command ended with ${how}.`, hint);
  }
  return clean(result.stdout, 'the password command');
}

async function fromFile(path: string): Promise<Buffer> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw noPassword(
      `The password file ${path} cannot be read: ${reason}.`,
      'Check [auth].password_file and its permissions.',
    );
  }
  return clean(bytes, `the password file ${path}`);
}

async function fromStoreOrPrompt({ stored, ask }: PasswordEdges): Promise<Buffer> {
  const password = (await stored?.()) ?? (await ask?.());
  if (password !== undefined && password !== '') return Buffer.from(password);
  if (ask !== undefined) throw noPassword('No password was typed.', 'Run kei again and type it.');
  throw noPassword(
    'kei has no password for this account.',
    'Set ICLOUD_PASSWORD, [auth].password_file or [auth].password_command, or run kei at a terminal.',
  );
}

/** UTF-8 without its one trailing line end; nothing else is trimmed (cli 8.2). */
function clean(bytes: Buffer, where: string): Buffer {
  const end = bytes.at(-1) === 0x0a ? (bytes.at(-2) === 0x0d ? 2 : 1) : 0;
  const password = bytes.subarray(0, bytes.length - end);
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(password);
  } catch {
    throw noPassword(`What ${where} gives is not UTF-8 text.`, 'Write the password as UTF-8.');
  }
  return nonEmpty(password, where);
}

function nonEmpty(password: Buffer, where: string): Buffer {
  if (password.length > 0) return password;
  throw noPassword(`No password available: ${where} is empty.`, 'Give a password there.');
}

/** Where a container runtime mounts secrets, with permissions that are its own business. */
const SECRET_MOUNTS = ['/run/secrets/', '/var/run/secrets/'];

async function warnReadable(path: string, logger: Logger): Promise<boolean> {
  if (SECRET_MOUNTS.some((mount) => path.startsWith(mount))) return true;
  const { mode } = await stat(path).catch(() => ({ mode: 0 }));
  if ((mode & 0o077) === 0) return false;
  logger.warn(
    `Other users of this computer may read the password file ${path}; run chmod 600 on it.`,
  );
  return true;
}

function expandHome(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path;
}
