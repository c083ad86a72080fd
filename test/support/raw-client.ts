/** A bare HTTP client for the simulator: what arrived on the wire, broken or not. */

import { request, type IncomingHttpHeaders } from 'node:http';

export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The answer ended as its headers announced. */
  readonly complete: boolean;
}

export interface RawRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Leaves after so many milliseconds without anything new. */
  readonly patienceMs?: number;
}

/**
 * Sends a request for `url` (one of Apple's) to the simulator on `port`. Rejects only when not even
 * a status line came.
 */
export async function raw(port: number, url: string, options: RawRequest = {}): Promise<RawAnswer> {
  const { host, pathname, search } = new URL(url);
  return await new Promise<RawAnswer>((resolve, reject) => {
    let settle: (() => void) | undefined;
    const sent = request(
      {
        host: '127.0.0.1',
        port,
        method: options.method ?? 'GET',
        path: pathname + search,
        headers: { Host: host, ...lengthOf(options.body), ...options.headers },
        timeout: options.patienceMs ?? 10_000,
      },
      (response) => {
        const chunks: Buffer[] = [];
        settle = (): void => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks),
            complete: response.complete,
          });
        };
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', settle);
        response.once('close', settle);
      },
    );
    sent.once('timeout', () => sent.destroy(new Error('patience lost')));
    sent.on('error', (error) => {
      if (settle) settle();
      else reject(error);
    });
    sent.end(options.body);
  });
}

/** Node sends none with GET by itself. */
function lengthOf(body: RawRequest['body']): Record<string, string> {
  return body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) };
}
