/** Signed, short-lived download URLs of the form of protocol 8.1. */
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface UrlSubject {
  readonly contentId: string;
  readonly zone: string;
  readonly assetId: string;
  readonly resource: string;
}

export interface SignedUrl extends UrlSubject {
  /** The checksum as the record tells it, 21 bytes. */
  readonly checksum: Buffer;
  /** Unix seconds. */
  readonly expires: number;
}

export interface UrlSigner {
  readonly host: string;
  readonly secret: string;
  /** Names the answer that all its URLs came with. */
  readonly requestId: string;
}

const SEPARATOR = '|';

/** The two signatures of a URL, `a` and `s`. */
function signatures(secret: string, ...parts: readonly string[]): [access: string, whole: string] {
  const mac = createHmac('sha384', secret).update(parts.join('\n')).digest('base64url');
  return [mac.slice(0, 38), mac.slice(38)];
}

/** The value that goes with a checksum in every record and URL; it says nothing to clients. */
export function referenceChecksum(checksum: Buffer): Buffer {
  const reference = Buffer.from(checksum).reverse();
  reference[0] = 0x01;
  return reference;
}

export function wrappingKey(checksum: Buffer): Buffer {
  return Buffer.from(checksum.subarray(4, 20)).reverse();
}

/** The whole URL, with its literal `${f}`. */
export function downloadUrl(subject: SignedUrl, signer: UrlSigner): string {
  const { checksum, contentId, zone, assetId, resource } = subject;
  const expires = String(subject.expires);
  const object = checksum.toString('base64url') + referenceChecksum(checksum).toString('base64url');
  const token = Buffer.from([contentId, zone, assetId, resource].join(SEPARATOR)).toString(
    'base64url',
  );
  const [access, whole] = signatures(signer.secret, object, token, expires, zone);
  const key = wrappingKey(checksum).toString('base64url');
  return (
    `https://${signer.host}/B/${object}/\${f}?o=${token}&v=1&x=3&a=${access}&e=${expires}` +
    `&fl=&r=${signer.requestId}-1&k=${key}&ckc=com.apple.photos.cloud` +
    `&ckz=${encodeURIComponent(zone)}&y=1&p=61&s=${whole}`
  );
}

/** What a URL asks for, without a look at its signature. */
export function urlSubject(query: URLSearchParams): UrlSubject | undefined {
  const token = query.get('o');
  if (token === null) return undefined;
  const parts = Buffer.from(token, 'base64url').toString('utf8').split(SEPARATOR);
  const [contentId, zone, assetId, resource] = parts;
  if (contentId === undefined || zone === undefined) return undefined;
  return { contentId, zone, assetId: assetId ?? '', resource: resource ?? '' };
}

/** Was this URL made here, unchanged since? */
export function isGenuine(object: string, query: URLSearchParams, secret: string): boolean {
  const token = query.get('o') ?? '';
  const expires = query.get('e') ?? '';
  const zone = query.get('ckz') ?? '';
  const [access, whole] = signatures(secret, object, token, expires, zone);
  return same(query.get('a'), access) && same(query.get('s'), whole);
}

function same(given: string | null, expected: string): boolean {
  const a = Buffer.from(given ?? '');
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}
