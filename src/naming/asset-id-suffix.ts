import { cleanStem } from './clean-name.js';
import { fingerprint } from './fingerprint.js';

/** A suffix must leave room for a stem and an extension. */
const MAX_ID_BYTES = 100;

/**
 * The suffix that tells two assets of one name apart: the CPLAsset record name, with `/` and `+`
 * written `_` and `-` (D10). Ids too long for a name are replaced by their hash.
 */
export function assetIdSuffix(assetId: string): string {
  const id = cleanStem(assetId.replaceAll('+', '-'));
  return `-${id === '' || Buffer.byteLength(id) > MAX_ID_BYTES ? fingerprint(assetId) : id}`;
}
