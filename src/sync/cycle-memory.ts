import type { Logger } from '../platform/logger.js';
import type { SelectionNotice } from '../select/passes.js';
import type { StateStore } from '../state/index.js';
import { HASH_KEYS, noteListedWith, SCOPE_KEY } from './hashes.js';
import { noteUnsettled } from './unsettled.js';
import type { Work } from './work.js';

/** Notices about the selection; some only once for each data directory. */
export async function tellOnce(
  { code, message, once }: SelectionNotice,
  store: StateStore,
  log: Logger,
): Promise<void> {
  const key = `notice:${code}`;
  if (once && store.meta.get(key) !== undefined) return;
  log.warn(message);
  if (once) {
    await store.commit(() => {
      store.meta.set(key, 'shown');
    });
  }
}

/** Nothing is owed by a library that is no longer there; the files it left stay as they are. */
export function forgetLibrary(zone: string, run: number, store: StateStore, log: Logger): void {
  log.warn('A shared library is no longer there; its files stay', { library: zone });
  store.rules.dropUndone(zone, run);
  store.debts.settleZone(zone, Infinity);
  store.zones.forget(zone);
}

/** What zones had nothing to say about is not asked for again (protocol 6.1). */
export async function rememberSilence(
  { silent, tokens, scope }: Work,
  store: StateStore,
): Promise<void> {
  if (silent.size === 0) return;
  await store.commit(() => {
    for (const [zone, token] of silent) {
      store.zones.setToken(zone, token);
      noteUnsettled(zone, undefined, store.meta);
    }
    for (const [database, token] of tokens) {
      store.zones.setDatabaseToken(database, scope, token);
    }
  });
}

/** Nothing is left unrecorded: the next run may ask only what changed since (D63). */
export async function rememberClean(
  { hashes, tokens, scope, libraries, silent }: Work,
  store: StateStore,
): Promise<void> {
  const known = [...libraries.map(({ library }) => library.zone), ...silent.keys()];
  await store.commit(() => {
    for (const zone of known) noteListedWith(zone, hashes, store);
    store.meta.set(HASH_KEYS.enumeration, hashes.enumeration);
    store.meta.set(HASH_KEYS.download, hashes.download);
    store.meta.set(HASH_KEYS.selection, hashes.selection);
    store.meta.set(SCOPE_KEY, JSON.stringify(scope));
    for (const [database, token] of tokens) {
      store.zones.setDatabaseToken(database, scope, token);
    }
  });
}
