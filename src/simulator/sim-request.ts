import type { IncomingMessage } from 'node:http';
import type { SimRequest } from './http-io.js';

const largestBody = 32 * 1024 * 1024;

/** A request without the site it is for. */
export type ParsedRequest = Omit<SimRequest, 'site'>;

/** Reads a whole request. Rejects when the client leaves half-way or sends more than 32 MiB. */
export async function readRequest(incoming: IncomingMessage, host: string): Promise<ParsedRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > largestBody) throw new Error('The request body is larger than 32 MiB.');
    chunks.push(chunk);
  }
  const [path, query = ''] = splitOnce(incoming.url ?? '/', '?');
  const headers = flatten(incoming.headers);
  return {
    method: incoming.method ?? 'GET',
    host,
    path,
    query: new URLSearchParams(query),
    headers,
    body: Buffer.concat(chunks),
    cookies: parseCookies(headers['cookie']),
  };
}

/** Cookies by name. Quotes are part of the value (protocol 1.7); of two of a name the first wins. */
export function parseCookies(header: string | undefined): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (header ?? '').split(';')) {
    const [name, value] = splitOnce(pair.trim(), '=');
    if (value !== undefined && name !== '' && !cookies.has(name)) cookies.set(name, value);
  }
  return cookies;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + separator.length)];
}

function flatten(headers: IncomingMessage['headers']): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : value,
    ]),
  );
}
