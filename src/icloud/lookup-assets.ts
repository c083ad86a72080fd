import type { Asset, Library } from '../domain/index.js';
import type { CloudKitCall } from './cloudkit-call.js';
import { ASSET_KEYS } from './desired-keys.js';
import { lookupRecords } from './lookup.js';
import { masterNameOf, toAsset } from './to-asset.js';

export type AssetLookup =
  | { readonly status: 'found'; readonly asset: Asset }
  /** iCloud no longer has the record: forget it. */
  | { readonly status: 'deleted' }
  /** The name belongs to something else, such as a master or an album. */
  | { readonly status: 'not-an-asset' }
  | { readonly status: 'unresolved'; readonly reason: string };

/**
 * Looks assets up again by their record names, for debts and unusable renditions (D61, D62, D67):
 * two requests for each hundred. The result has an entry for every name.
 */
export async function lookupAssets(
  call: CloudKitCall,
  library: Library,
  assetIds: readonly string[],
): Promise<ReadonlyMap<string, AssetLookup>> {
  const assets = await lookupRecords(call, library, assetIds, ASSET_KEYS);
  const masterNames = [...assets.values()]
    .map((looked) => (looked.status === 'found' ? masterNameOf(looked.record) : undefined))
    .filter((name) => name !== undefined);
  const masters = await lookupRecords(call, library, masterNames, ASSET_KEYS);
  const results = new Map<string, AssetLookup>();
  for (const [name, looked] of assets) {
    if (looked.status !== 'found') {
      results.set(
        name,
        looked.status === 'deleted' ? looked : { status: 'unresolved', reason: looked.reason },
      );
    } else if (looked.record.type !== 'CPLAsset') {
      results.set(name, { status: 'not-an-asset' });
    } else {
      const master = masters.get(masterNameOf(looked.record) ?? '');
      results.set(
        name,
        master?.status === 'found'
          ? { status: 'found', asset: toAsset(library.zone, looked.record, master.record) }
          : { status: 'unresolved', reason: 'its master record is missing' },
      );
    }
  }
  return results;
}
