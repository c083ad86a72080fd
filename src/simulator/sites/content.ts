/** The download servers (protocol 8): signed URLs, ranges, and nothing else. */
import type { ByteSource, RequestLabels, SimRequest, SimResponse, Site } from '../http-io.js';
import { isGenuine, urlSubject } from '../library/download-url.js';
import type { SimLibrary } from '../library/library.js';
import { parseRange } from './content-range.js';

/** `/B/<checksum and reference checksum, 28 characters each>/<any name>` */
const PATH = /^\/B\/([\w-]{56})\/([^/]*)$/u;

function refusal(status: number, body = ''): SimResponse {
  return { status, headers: { 'Content-Type': 'text/plain' }, body };
}

function labelsOf(request: SimRequest): RequestLabels {
  const subject = urlSubject(request.query);
  if (!subject) return { operation: 'asset' };
  const { zone, assetId, resource } = subject;
  return { operation: 'asset', zone, assetId, resource };
}

function headersOf(library: SimLibrary, name: string): Record<string, string> {
  const quoted = encodeURIComponent(decodeName(name));
  return {
    'Accept-Ranges': 'bytes',
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename="${quoted}"; filename*=UTF-8''${quoted}`,
    'Cache-Control': 'private, max-age=2592000',
    'Last-Modified': new Date(library.now()).toUTCString(),
  };
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** Why the URL is good for nothing, if so. */
function objection(library: SimLibrary, request: SimRequest, object: string) {
  const { query } = request;
  const cookies = [...request.cookies.keys()];
  if (library.tuning.refuseContentCookies && cookies.some((name) => name.startsWith('X-APPLE-'))) {
    return refusal(403, 'Cookies of iCloud do not belong here.');
  }
  if (!query.has('o') || !query.has('e') || !query.has('s')) return refusal(400, '{}');
  if (!isGenuine(object, query, library.secret)) return refusal(403);
  if (Number(query.get('e')) * 1000 <= library.now()) return refusal(410);
  return undefined;
}

function contentOf(library: SimLibrary, request: SimRequest) {
  const subject = urlSubject(request.query);
  if (!subject) return undefined;
  const zone = library.zones.find(({ name }) => name === subject.zone);
  return zone?.isGone(subject.assetId) ? undefined : library.content(subject.contentId);
}

function answer(
  source: ByteSource,
  request: SimRequest,
  headers: Record<string, string>,
): SimResponse {
  const { size } = source;
  const range = parseRange(request.headers['range'], size);
  const isHead = request.method === 'HEAD';
  if (range === 'unsatisfiable') {
    return { status: 416, headers: { 'Content-Range': `bytes */${size}` }, body: '' };
  }
  if (!range) {
    return { status: 200, headers, ...(isHead ? { body: headBody(size) } : { body: source }) };
  }
  const { start, end } = range;
  return {
    status: 206,
    headers: { ...headers, 'Content-Range': `bytes ${start}-${end - 1}/${size}` },
    body: isHead ? headBody(end - start) : part(source, start, end),
  };
}

function part(source: ByteSource, start: number, end: number): ByteSource {
  return { size: end - start, read: (from, to) => source.read(start + from, start + to) };
}

/** Says how long the body would be, and has none. */
function headBody(size: number): ByteSource {
  return { size, read: () => [] };
}

export function createContentSite(library: SimLibrary): Site {
  return {
    label: labelsOf,
    handle(request) {
      const [, object, name = ''] = PATH.exec(request.path) ?? [];
      if (request.method !== 'GET' && request.method !== 'HEAD') return undefined;
      if (object === undefined) return refusal(404);
      const objected = objection(library, request, object);
      if (objected) return objected;
      const content = contentOf(library, request);
      if (!content) return refusal(404);
      return answer(content.bytes(), request, headersOf(library, name));
    },
  };
}
