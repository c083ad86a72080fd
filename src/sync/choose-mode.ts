/** Why a library is listed in full (engine 2.3, D66): a closed vocabulary. */
export type FullReason =
  | 'no_stored_token'
  | 'enum_config_hash_drift'
  | 'download_config_hash_drift'
  | 'invalid_sync_token'
  | 'scan_changed'
  | 'other_static_reason';

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

/**
 * Why a library without a token is listed: rows that the last listing may have missed are a reason
 * of their own (D66). `blocked` says why that listing left no token.
 */
export function reasonWithoutToken(blocked: string | undefined): FullReason {
  return blocked === 'pagination_shortfall' ? 'scan_changed' : 'no_stored_token';
}
