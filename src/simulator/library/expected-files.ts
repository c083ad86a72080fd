/**
 * The truth about a library's files, for tests that compare what is on disk with what iCloud holds. It
 * knows nothing of how a client names or chooses files.
 */
import { createHash } from 'node:crypto';
import type { Bytes } from '../media/byte-source.js';
import { reportedChecksum } from './reported.js';
import type { AssetState, MasterState, Resource, ResourcePrefix, Resources } from './states.js';
import type { SimZone } from './zone.js';

export interface ExpectedFile {
  readonly zone: string;
  /** Record name of the asset. */
  readonly assetId: string;
  /** Record name of the master; computing it may read the original. */
  readonly masterId: string;
  /** Which record carries the resource. */
  readonly on: 'master' | 'asset';
  readonly resource: ResourcePrefix;
  /** File name of the original; absent for a record without one. */
  readonly fileName: string | undefined;
  readonly type: string;
  readonly size: number;
  /** `fileChecksum` as the record tells it, base64. */
  readonly checksum: string | undefined;
  /** Can it be had at all: is there a master, and a URL? */
  readonly available: boolean;
  readonly hidden: boolean;
  readonly trashed: boolean;
  readonly favourite: boolean;
  /** Record names of the albums that hold the asset. */
  readonly albums: readonly string[];
  readonly bytes: () => Bytes;
  /** Hex; reads the file. */
  readonly sha256: () => string;
}

function sha256(content: Bytes): string {
  const hash = createHash('sha256');
  for (const part of content.read(0, content.size)) hash.update(part);
  return hash.digest('hex');
}

function* ofRecord(
  zone: SimZone,
  asset: AssetState,
  master: MasterState,
  on: 'master' | 'asset',
): Generator<ExpectedFile> {
  const resources: Resources = on === 'master' ? master.resources : asset.resources;
  for (const [prefix, resource] of Object.entries(resources) as [ResourcePrefix, Resource][]) {
    yield {
      zone: zone.name,
      assetId: asset.recordName,
      get masterId() {
        return zone.assets.masterName(asset.masterSlot);
      },
      on,
      resource: prefix,
      fileName: master.fileName,
      type: resource.type,
      size: resource.content.size,
      get checksum() {
        return reportedChecksum(resource)?.toString('base64');
      },
      available: master.missing !== 'absent' && resource.claims?.withoutUrl !== true,
      hidden: asset.hidden,
      trashed: asset.trashedAt !== undefined,
      favourite: asset.favourite,
      albums: zone.albums.albumsOf(asset.slot),
      bytes: () => resource.content.bytes(),
      sha256: () => sha256(resource.content.bytes()),
    };
  }
}

/** Every resource of every asset that was not purged; an asset that was duplicated counts twice. */
export function* expectedFiles(zone: SimZone): Generator<ExpectedFile> {
  for (const asset of zone.assets.assetStates()) {
    if (asset.purged) continue;
    const master = zone.masterOf(asset);
    yield* ofRecord(zone, asset, master, 'master');
    yield* ofRecord(zone, asset, master, 'asset');
  }
}
