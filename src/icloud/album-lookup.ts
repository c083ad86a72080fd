import type { Library } from '../domain/index.js';
import { KeiError } from '../errors/index.js';
import type { CloudKitCall } from './cloudkit-call.js';
import { flagField } from './fields.js';
import { lookupRecords, type LookedUp } from './lookup.js';

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
  const found = new Map<string, LookedUp>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const open = pairs.map(relationName).filter((name) => isOpen(found.get(name)));
    if (open.length === 0) break;
    for (const [name, looked] of await lookupRecords(call, library, open, ['isDeleted'])) {
      found.set(name, looked);
    }
  }
  return pairs.filter((pair) => {
    const looked = found.get(relationName(pair));
    // Filing a photo wrongly is worse than filing it later.
    if (isOpen(looked)) throw membersUnknown(library.zone);
    return looked?.status === 'found' && !flagField(looked.record.fields, 'isDeleted');
  });
}

/** What the server did not answer is asked for once more. */
const ROUNDS = 2;

function isOpen(looked: LookedUp | undefined): boolean {
  return looked === undefined || looked.status === 'unknown';
}

function membersUnknown(zone: string): KeiError {
  return new KeiError({
    code: 'ICLOUD_MEMBERS_UNKNOWN',
    kind: 'transient',
    message: `iCloud does not say now which albums of ${zone} hold a photo that came back.`,
    hint: 'Run kei sync again later; nothing is filed wrongly meanwhile.',
  });
}
