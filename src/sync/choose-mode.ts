/** Why a library is listed in full (engine 2.3, D66): a closed vocabulary. */
export type FullReason =
  | 'no_stored_token'
  | 'enum_config_hash_drift'
  | 'download_config_hash_drift'
  | 'invalid_sync_token'
  | 'scan_changed'
  | 'other_static_reason';

export type SyncMode =
  | { readonly kind: 'incremental'; readonly token: string }
  | { readonly kind: 'full'; readonly reason: FullReason }
  /** Only what earlier runs left undone: `--retry-failed` (RT-70). */
  | { readonly kind: 'retry' };

/** What the state remembers of the settings of the last run. */
export interface StoredHashes {
  readonly enumeration: string | undefined;
  readonly download: string | undefined;
}

/**
 * The kind of drift between the settings of the last run and of this one (engine 2.2, steps 1 and
 * 2); a first run has nothing to drift from.
 */
export function findDrift(
  stored: StoredHashes,
  current: { readonly enumeration: string; readonly download: string },
): FullReason | undefined {
  if (stored.enumeration !== undefined && stored.enumeration !== current.enumeration) {
    return 'enum_config_hash_drift';
  }
  if (stored.download !== undefined && stored.download !== current.download) {
    return 'download_config_hash_drift';
  }
  return undefined;
}

/** A selection that changed since the last clean run lists what it needs (D65, IN-3). */
export function findSelectionDrift(
  stored: string | undefined,
  current: string,
): FullReason | undefined {
  if (stored === current) return undefined;
  return stored === undefined ? 'no_stored_token' : 'other_static_reason';
}

/**
 * Full or incremental, for one library (engine 2.2): the first rule that applies decides. `blocked`
 * says why the last run left no token: rows that a listing may have missed are a reason of their
 * own (D66).
 */
export function chooseMode(
  drift: FullReason | undefined,
  token: string | undefined,
  blocked?: string,
): SyncMode {
  const noToken = blocked === 'pagination_shortfall' ? 'scan_changed' : 'no_stored_token';
  if (drift !== undefined) {
    return { kind: 'full', reason: drift === 'no_stored_token' ? noToken : drift };
  }
  return token === undefined || token.trim() === ''
    ? { kind: 'full', reason: noToken }
    : { kind: 'incremental', token };
}
