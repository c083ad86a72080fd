/** An answer on its way to the client, and how the connection behaves while it is sent. */

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { cutSource, sourceOf } from './byte-sources.js';
import type { ByteSource, SimResponse } from './http-io.js';

export interface Delivery {
  status: number;
  headers: Record<string, string>;
  setCookies: readonly string[];
  body: ByteSource;
  /** `Content-Length`, or no such header (chunks). */
  announced: number | 'chunked';
  delayMs: number;
  /** Without `afterBytes`: before the status line. */
  cut?: { readonly afterBytes: number | undefined; readonly how: 'close' | 'reset' };
  stall?: { readonly afterBytes: number | undefined; readonly ms: number | undefined };
  pace?: { readonly bytes: number; readonly everyMs: number };
}

export function deliveryOf(response: SimResponse): Delivery {
  const body = sourceOf(response.body);
  return {
    status: response.status,
    headers: { ...response.headers },
    setCookies: response.setCookies ?? [],
    body,
    announced: body.size,
    delayMs: 0,
  };
}

/** What became of a delivery; `bytes` of the body were handed to the connection. */
export interface Outcome {
  readonly status: number;
  readonly bytes: number;
  readonly aborted: boolean;
}

/** Sends `delivery`; resolves when the connection has taken it, broken off, or been left. */
export async function deliver(
  delivery: Delivery,
  method: string,
  response: ServerResponse,
): Promise<Outcome> {
  const left = new AbortController();
  const leave = (): void => {
    left.abort();
  };
  response.once('close', leave);
  const wire = new Wire(response, left.signal);
  try {
    await send(delivery, method, wire);
  } catch (error) {
    if (!left.signal.aborted) throw error;
  } finally {
    response.off('close', leave);
  }
  return {
    status: response.headersSent ? delivery.status : 0,
    bytes: wire.bytes,
    aborted: !response.writableFinished,
  };
}

class Wire {
  bytes = 0;

  private readonly response: ServerResponse;
  private readonly left: AbortSignal;

  constructor(response: ServerResponse, left: AbortSignal) {
    this.response = response;
    this.left = left;
  }

  head({ status, headers, setCookies, announced }: Delivery): void {
    for (const [name, value] of Object.entries(headers)) this.response.setHeader(name, value);
    if (setCookies.length > 0) this.response.setHeader('Set-Cookie', setCookies);
    if (!isBodyless(status) && announced !== 'chunked') {
      this.response.setHeader('Content-Length', announced);
    }
    this.response.writeHead(status);
    this.response.flushHeaders();
  }

  async wait(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: this.left });
  }

  /** Sends nothing until `ms` have passed; without `ms`, until the connection is gone. */
  async stall(ms: number | undefined): Promise<void> {
    if (ms !== undefined) await this.wait(ms);
    else if (!this.left.aborted) await once(this.left, 'abort');
    this.left.throwIfAborted();
  }

  async write(chunk: Buffer): Promise<void> {
    this.left.throwIfAborted();
    this.bytes += chunk.length;
    if (!this.response.write(chunk)) await once(this.response, 'drain', { signal: this.left });
  }

  async end(): Promise<void> {
    const finished = once(this.response, 'finish', { signal: this.left });
    this.response.end();
    await finished;
  }

  /** Breaks the connection; with `close` what was written is sent first. */
  async cut(how: 'close' | 'reset'): Promise<void> {
    const { socket } = this.response;
    if (socket === null) return;
    if (how === 'close')
      await new Promise<void>((resolve) =>
        socket.write('', () => {
          resolve();
        }),
      );
    // TLS has no reset of its own.
    if (how === 'reset' && !(socket instanceof TLSSocket)) socket.resetAndDestroy();
    else socket.destroy();
  }
}

async function send(delivery: Delivery, method: string, wire: Wire): Promise<void> {
  const { stall, cut } = delivery;
  await wire.wait(delivery.delayMs);
  if (stall && stall.afterBytes === undefined) await wire.stall(stall.ms);
  if (cut && cut.afterBytes === undefined) {
    await wire.cut(cut.how);
    return;
  }
  wire.head(delivery);
  if (method === 'HEAD' || isBodyless(delivery.status)) {
    await wire.end();
    return;
  }
  await sendBody(delivery, wire);
}

function isBodyless(status: number): boolean {
  return status === 204 || status === 304;
}

async function sendBody(delivery: Delivery, wire: Wire): Promise<void> {
  const { cut, stall, body, announced, pace } = delivery;
  const cutAt = cut?.afterBytes;
  const source = cutAt === undefined ? body : cutSource(body, cutAt);
  for await (const piece of pieces(source, stall?.afterBytes, pace?.bytes)) {
    if (stall?.afterBytes !== undefined && wire.bytes === stall.afterBytes) {
      await wire.stall(stall.ms);
    }
    await wire.write(piece);
    if (pace) await wire.wait(pace.everyMs);
  }
  if (stall?.afterBytes !== undefined && wire.bytes === stall.afterBytes)
    await wire.stall(stall.ms);
  if (cut !== undefined) await wire.cut(cut.how);
  // A length that is not kept leaves the connection unusable for another answer.
  else if (announced !== 'chunked' && announced !== wire.bytes) await wire.cut('close');
  else await wire.end();
}

/** The bytes of `source`, split at `boundary` and into pieces of at most `most` bytes. */
async function* pieces(
  source: ByteSource,
  boundary = Infinity,
  most = Infinity,
): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const chunk of source.read(0, source.size)) {
    let rest = chunk;
    while (rest.length > 0) {
      const toBoundary = at < boundary ? boundary - at : Infinity;
      const length = Math.min(rest.length, toBoundary, most);
      yield rest.subarray(0, length);
      rest = rest.subarray(length);
      at += length;
    }
  }
}
