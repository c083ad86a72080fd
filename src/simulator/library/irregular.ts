/** Records as Apple really sends them now and then (protocol 7.8), each by its name. */
import type { FieldPatch, MasterState, Resource, Resources } from './states.js';

export type Irregular =
  | 'original-without-url'
  | 'original-missing'
  | 'original-null'
  | 'alternative-null'
  | 'alternative-without-url'
  | 'checksum-missing'
  | 'checksum-other-scheme'
  | 'checksum-wrong'
  | 'size-wrong'
  | 'plain-filename'
  | 'untyped-filename'
  | 'filename-bad-base64'
  | 'filename-not-utf8'
  | 'filename-empty'
  | 'item-type-missing'
  | 'item-type-without-value'
  | 'item-type-unknown'
  | 'item-type-of-a-movie'
  | 'item-type-of-an-image'
  | 'unknown-field-type'
  | 'date-out-of-range'
  | 'date-null'
  | 'flags-null'
  | 'flag-as-text'
  | 'location-xml'
  | 'location-lng'
  | 'location-damaged'
  | 'keywords-empty'
  | 'keywords-damaged'
  | 'caption-empty'
  | 'master-absent'
  | 'master-not-in-listing'
  | 'master-reference-missing';

/** What an irregularity does: to the fields as they are sent, to a resource, or to the master. */
export interface Deviation {
  readonly master?: FieldPatch;
  readonly asset?: FieldPatch;
  readonly claims?: NonNullable<Resource['claims']>;
  readonly alternativeClaims?: NonNullable<Resource['claims']>;
  readonly withoutOriginal?: true;
  readonly missing?: NonNullable<MasterState['missing']>;
  readonly location?: 'xml' | 'lng';
}

const YEAR_12000 = 316_516_204_800_000;
const enc = (value: string) => ({ value, type: 'ENCRYPTED_BYTES' });

/** Needs the file name where the deviation keeps it readable. */
export function deviationOf(name: Irregular, fileName: string): Deviation {
  switch (name) {
    case 'original-without-url':
      return { claims: { withoutUrl: true } };
    case 'original-missing':
      return { withoutOriginal: true };
    case 'original-null':
      return { master: { resOriginalRes: null } };
    case 'alternative-null':
      return { master: { resOriginalAltRes: { value: null } } };
    case 'alternative-without-url':
      return { alternativeClaims: { withoutUrl: true } };
    case 'checksum-missing':
      return { claims: { withoutChecksum: true } };
    case 'checksum-other-scheme':
      return { claims: { scheme: 0x81 } };
    case 'checksum-wrong':
      return { claims: { checksum: Buffer.alloc(21, 0x01) } };
    case 'size-wrong':
      return { claims: { size: 1_000_001 } };
    case 'plain-filename':
      return { master: { filenameEnc: { value: fileName, type: 'STRING' } } };
    case 'untyped-filename':
      return { master: { filenameEnc: { value: Buffer.from(fileName).toString('base64') } } };
    case 'filename-bad-base64':
      return { master: { filenameEnc: enc('*** not base64 ***') } };
    case 'filename-not-utf8':
      return { master: { filenameEnc: enc(Buffer.from([0xff, 0xfe, 0x49]).toString('base64')) } };
    case 'filename-empty':
      return { master: { filenameEnc: enc('') } };
    case 'item-type-missing':
      return { master: { itemType: undefined } };
    case 'item-type-without-value':
      return { master: { itemType: { type: 'STRING' } } };
    case 'item-type-unknown':
      return { master: { itemType: { value: 'com.example.unheard-of', type: 'STRING' } } };
    case 'item-type-of-a-movie':
      return { master: { itemType: { value: 'com.apple.quicktime-movie', type: 'STRING' } } };
    case 'item-type-of-an-image':
      return { master: { itemType: { value: 'public.jpeg', type: 'STRING' } } };
    case 'unknown-field-type':
      return { asset: { orientation: { value: [1, 2], type: 'INT64_TRIPLE' } } };
    case 'date-out-of-range':
      return { asset: { assetDate: { value: YEAR_12000, type: 'TIMESTAMP' } } };
    case 'date-null':
      return { asset: { assetDate: null } };
    case 'flags-null':
      return {
        master: { isDeleted: null },
        asset: { isDeleted: null, isExpunged: { value: null }, isHidden: null, isFavorite: null },
      };
    case 'flag-as-text':
      return { asset: { isDeleted: { value: '1', type: 'STRING' } } };
    case 'location-xml':
      return { location: 'xml' };
    case 'location-lng':
      return { location: 'lng' };
    case 'location-damaged':
      return {
        asset: { locationEnc: enc(Buffer.from('bplist00\u0001\u0002').toString('base64')) },
      };
    case 'keywords-empty':
      return { asset: { keywordsEnc: enc(EMPTY_ARRAY) } };
    case 'keywords-damaged':
      return { asset: { keywordsEnc: enc(Buffer.from('bplist00').toString('base64')) } };
    case 'caption-empty':
      return { asset: { captionEnc: enc('') } };
    case 'master-absent':
      return { missing: 'absent' };
    case 'master-not-in-listing':
      return { missing: 'unlisted' };
    case 'master-reference-missing':
      return { asset: { masterRef: undefined } };
  }
}

/** A binary property list that holds an array of nothing. */
const EMPTY_ARRAY = 'YnBsaXN0MDCgCAAAAAAAAAEBAAAAAAAAAAEAAAAAAAAAAAAAAAAAAAAJ';

/** The resources with what their records claim. */
export function withClaims(resources: Resources, deviation: Deviation): Resources {
  const { resOriginal, resOriginalAlt, ...others } = resources;
  const { claims, alternativeClaims } = deviation;
  const original = deviation.withoutOriginal ? undefined : resOriginal;
  const claiming = (resource: Resource, says: Resource['claims']): Resource =>
    says ? { ...resource, claims: says } : resource;
  return {
    ...(original ? { resOriginal: claiming(original, claims) } : {}),
    ...(resOriginalAlt ? { resOriginalAlt: claiming(resOriginalAlt, alternativeClaims) } : {}),
    ...others,
  };
}
