import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { diskError, isDiskErrno } from '../errors/index.js';
import type { StoredCookie } from '../http/index.js';
import { writeFileAtomically } from '../platform/atomic-write.js';
import type { Clock } from '../platform/clock.js';
import type { Logger } from '../platform/logger.js';
import { formatCookieFile, parseCookieFile } from './cookie-file.js';
import { parseJson } from './responses.js';
import { formatSessionFile, parseSessionFile } from './session-file.js';
import type { Session } from './session.js';

/** How long a successful validation is trusted without asking Apple again (cli 8.5). */
const CACHE_SECONDS = 600;

const cacheSchema = z.object({ validated_at: z.number(), account_data: z.unknown() });

/** Where an account's files are (cli 8.5). */
export interface SessionPaths {
  readonly session: string;
  readonly cookies: string;
  readonly cache: string;
}

export interface SessionStoreOptions {
  readonly paths: SessionPaths;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

/**
 * The three small files of an account: session, cookies and validation cache, all mode 0600 and
 * replaced atomically (cli 8.5, protocol 4.5). What is damaged counts as absent.
 */
export class SessionStore {
  readonly #options: SessionStoreOptions;
  readonly #paths: SessionPaths;
  /** What the files hold as far as this process knows, to write only changes and see foreign ones. */
  readonly #known = new Map<string, string>();
  #writing: Promise<unknown> = Promise.resolve();

  constructor(options: SessionStoreOptions) {
    this.#options = options;
    this.#paths = options.paths;
  }

  /** The stored session and cookies; a new session when there is none. */
  async load(fresh: Session): Promise<{ session: Session; cookies: StoredCookie[] }> {
    const sessionText = await this.#read(this.#paths.session);
    const cookieText = await this.#read(this.#paths.cookies);
    const session =
      sessionText === undefined ? fresh : parseSessionFile(sessionText, fresh.clientId);
    const cookies = cookieText === undefined ? [] : parseCookieFile(cookieText);
    if (session === undefined) this.#warnDamaged(this.#paths.session);
    if (cookies === undefined) this.#warnDamaged(this.#paths.cookies);
    return { session: session ?? fresh, cookies: cookies ?? [] };
  }

  /** True when another process wrote the session since this one read or wrote it (RT-33). */
  async changedOnDisk(): Promise<boolean> {
    const known = this.#known.get(this.#paths.session);
    return (await read(this.#paths.session)) !== known;
  }

  /** Writes what differs from the files; calls run one after another. */
  save(session: Session, cookies: readonly StoredCookie[]): Promise<void> {
    return this.#queue(async () => {
      await this.#write(this.#paths.session, formatSessionFile(session));
      await this.#write(this.#paths.cookies, formatCookieFile(cookies));
    });
  }

  /** The account body of a validation that is at most 600 s old. */
  async readCache(): Promise<unknown> {
    const text = await this.#read(this.#paths.cache);
    const { data } = cacheSchema.safeParse(parseJson(text ?? ''));
    if (data === undefined) return undefined;
    const age = this.#options.clock.now() / 1000 - data.validated_at;
    return age >= 0 && age < CACHE_SECONDS ? data.account_data : undefined;
  }

  writeCache(account: unknown): Promise<void> {
    const validated = Math.floor(this.#options.clock.now() / 1000);
    const text = JSON.stringify({ validated_at: validated, account_data: account });
    return this.#queue(() => this.#write(this.#paths.cache, `${text}\n`));
  }

  dropCache(): Promise<void> {
    return this.#queue(async () => {
      this.#known.delete(this.#paths.cache);
      await rm(this.#paths.cache, { force: true });
    });
  }

  async #read(path: string): Promise<string | undefined> {
    const text = await read(path);
    if (text === undefined) this.#known.delete(path);
    else this.#known.set(path, text);
    return text;
  }

  async #write(path: string, text: string): Promise<void> {
    if (this.#known.get(path) === text) return;
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFileAtomically(path, text);
    this.#known.set(path, text);
  }

  #queue(work: () => Promise<void>): Promise<void> {
    const done = this.#writing.then(work);
    this.#writing = done.catch(() => undefined);
    return done;
  }

  #warnDamaged(path: string): void {
    this.#options.logger.warn(`${path} is damaged and ignored; kei signs in anew.`, { path });
  }
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isDiskErrno(error) && error.code === 'ENOENT') return undefined;
    throw diskError('read', path, error);
  }
}
