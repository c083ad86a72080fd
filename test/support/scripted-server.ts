import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the server saw it. */
export interface SeenRequest {
  readonly path: string;
  /** The `Range` header. */
  readonly range: string | undefined;
  /** The first byte asked for. */
  readonly start: number;
  readonly headers: IncomingMessage['headers'];
}

export type Answer = (request: SeenRequest, response: ServerResponse) => void;

/** A content server whose every answer the test scripts, down to when the socket dies. */
export class ScriptedServer {
  readonly requests: SeenRequest[] = [];
  readonly #server;
  readonly #script: Answer[] = [];
  #otherwise: Answer = status(501);
  #watchers: (() => void)[] = [];

  private constructor() {
    this.#server = createServer((message, response) => {
      const range = message.headers.range;
      const request = {
        path: message.url ?? '',
        range,
        start: Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0),
        headers: message.headers,
      };
      this.requests.push(request);
      for (const tell of this.#watchers.splice(0)) tell();
      (this.#script.shift() ?? this.#otherwise)(request, response);
    });
  }

  static async start(): Promise<ScriptedServer> {
    const server = new ScriptedServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The `Range` headers of all requests so far, in order. */
  get ranges(): (string | undefined)[] {
    return this.requests.map(({ range }) => range);
  }

  /** Answers for the next requests, in order. */
  next(...answers: Answer[]): this {
    this.#script.push(...answers);
    return this;
  }

  /** The answer when the script is at its end. */
  always(answer: Answer): this {
    this.#otherwise = answer;
    return this;
  }

  /** Resolves when `count` requests have come. */
  async whenAsked(count: number): Promise<void> {
    while (this.requests.length < count) {
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

type Headers = Readonly<Record<string, string | number>>;

/** Serves `bytes` as a correct server does: 200, or 206 for a range. */
export function file(bytes: Buffer, headers: Headers = {}): Answer {
  return ({ range, start }, response) => {
    if (range === undefined) {
      response.writeHead(200, { 'content-length': bytes.length, ...headers });
      response.end(bytes);
    } else if (start >= bytes.length) {
      response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    } else {
      response.writeHead(206, {
        'content-length': bytes.length - start,
        'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
        ...headers,
      });
      response.end(bytes.subarray(start));
    }
  };
}

/** Answers 200 with exactly these bytes, whatever was asked for. */
export function whole(bytes: Buffer | string, headers: Headers = {}): Answer {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': Buffer.byteLength(bytes), ...headers });
    response.end(bytes);
  };
}

/** 200 without a `Content-Length`. */
export function chunked(bytes: Buffer): Answer {
  return (_request, response) => {
    response.writeHead(200, { 'transfer-encoding': 'chunked' }).end(bytes);
  };
}

/** Answers 206 with these bytes under any headers. */
export function partial(bytes: Buffer, headers: Headers): Answer {
  return (_request, response) => {
    response.writeHead(206, { 'content-length': bytes.length, ...headers }).end(bytes);
  };
}

export function status(code: number, headers: Headers = {}, body = ''): Answer {
  return (_request, response) => {
    response.writeHead(code, headers).end(body);
  };
}

/** Serves `bytes` correctly, but cuts the connection when `count` bytes of the body are out. */
export function dropAfter(count: number, bytes: Buffer): Answer {
  return (request, response) => {
    stallAfter(count, bytes, () => response.destroy())(request, response);
  };
}

/** Serves the first `count` bytes of the body and then nothing more; `then` is called once sent. */
export function stallAfter(count: number, bytes: Buffer, then?: () => void): Answer {
  return ({ range, start }, response) => {
    response.writeHead(range === undefined ? 200 : 206, {
      'content-length': bytes.length - start,
      ...(range !== undefined && {
        'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`,
      }),
    });
    response.write(bytes.subarray(start, start + count), () => then?.());
  };
}

/** Serves all but the last byte of `bytes`, and that one when `goOn` is called. */
export function pausedBeforeEnd(bytes: Buffer): { answer: Answer; goOn: () => void } {
  let goOn: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (goOn = resolve));
  const answer: Answer = (_request, response) => {
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, -1));
    void released.then(() => response.end(bytes.subarray(-1)));
  };
  return { answer, goOn };
}
