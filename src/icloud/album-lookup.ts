import type { Library } from '../domain/index.js';
import type { CloudKitCall } from './cloudkit-call.js';
import { flagField } from './fields.js';
import { lookupRecords } from './lookup.js';

/** An asset, and an album that holds it. */
export interface AlbumMember {
  readonly assetId: string;
  readonly albumId: string;
}

/** The name of the record that puts an asset into an album (protocol 5.8). */
function relationName({ assetId, albumId }: AlbumMember): string {
  return `${assetId}-IN-${albumId}`;
}

/**
 * Which of these albums hold which of these assets, for assets that come back without a word about
 * their albums (protocol 6.3, "restored"): one request for each hundred pairs.
 */
export async function findMembers(
  call: CloudKitCall,
  library: Library,
  assetIds: readonly string[],
  albumIds: readonly string[],
): Promise<readonly AlbumMember[]> {
  const pairs = assetIds.flatMap((assetId) => albumIds.map((albumId) => ({ assetId, albumId })));
  const names = pairs.map(relationName);
  const found = await lookupRecords(call, library, names, ['isDeleted']);
  return pairs.filter((pair) => {
    const looked = found.get(relationName(pair));
    return looked?.status === 'found' && !flagField(looked.record.fields, 'isDeleted');
  });
}
