import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { deliver, deliveryOf, type Delivery } from './delivery.js';
import { exchange } from './exchange.js';
import type { Faults } from './faults.js';
import { controlHost, hostOf, siteOf } from './hosts.js';
import type { Now, SimRequest, SimResponse, Site, SiteName } from './http-io.js';
import { describeEntry, type Journal, type JournalEntry } from './journal.js';
import { json } from './responses.js';
import { readRequest, type ParsedRequest } from './sim-request.js';

export interface FrontOptions {
  readonly sites: Readonly<Partial<Record<SiteName, Site>>>;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly now: Now;
  readonly revokeSession: () => void;
  /** Answers requests to the control host. */
  readonly control?: (request: ParsedRequest) => SimResponse | Promise<SimResponse>;
  /** PEM; with it the front speaks TLS, whatever name the client asks for. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
}

/** The server in front of the sites: routes by `Host`, keeps the journal, lets faults happen. */
export class HttpFront {
  readonly port: number;
  private readonly server: Server;

  private constructor(server: Server, port: number) {
    this.server = server;
    this.port = port;
  }

  /** Listens on `port` (0: any that is free) of the address `host`. */
  static async start(options: FrontOptions, port: number, host: string): Promise<HttpFront> {
    const handler = (incoming: IncomingMessage, response: ServerResponse): void => {
      handle(options, incoming, response).catch((error: unknown) => {
        response.destroy(error instanceof Error ? error : undefined);
      });
    };
    // Sign-in headers of browsers are long, and idle clients keep their connections for minutes.
    const settings = { maxHeaderSize: 64 * 1024, keepAliveTimeout: 75_000, requestTimeout: 0 };
    const server = options.tls
      ? createTlsServer({ ...settings, ...options.tls, ALPNProtocols: ['http/1.1'] }, handler)
      : createServer(settings, handler);
    server.listen(port, host);
    await once(server, 'listening');
    return new HttpFront(server, (server.address() as AddressInfo).port);
  }

  /** Stops listening and drops every connection. */
  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}

async function handle(
  options: FrontOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader('Date', new Date(options.now()).toUTCString());
  const host = hostOf(incoming.headers.host);
  const parsed = await readRequest(incoming, host);
  if (host === controlHost) {
    const answer = isLoopback(incoming) ? await options.control?.(parsed) : undefined;
    await deliver(deliveryOf(answer ?? json(404, {})), parsed.method, response);
    return;
  }
  const name = siteOf(host);
  const site = name && options.sites[name];
  if (name === undefined || site === undefined) {
    const entry = options.journal.open({ ...parsed, site: name ?? 'unknown' }, {});
    options.journal.markUnhandled(entry);
    await conclude(options, entry, unknown(entry), response);
    return;
  }
  await serve(options, { ...parsed, site: name }, site, response);
}

async function serve(
  options: FrontOptions,
  request: SimRequest,
  site: Site,
  response: ServerResponse,
): Promise<void> {
  const { journal, faults } = options;
  const labels = site.label?.(request) ?? {};
  const entry = journal.open(request, labels);
  const hits = faults.strike(request, labels);
  entry.faults = hits.map((fault) => fault.id);
  let delivery: Delivery | undefined;
  try {
    delivery = await exchange(request, site, hits, options);
    if (delivery === undefined) journal.markUnhandled(entry);
  } catch (error) {
    // A defect of the simulator, shown to the client and in the journal rather than hidden.
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    journal.markUnhandled(entry, reason);
    delivery = deliveryOf(json(500, { simulatorError: reason }));
  }
  await conclude(options, entry, delivery ?? unknown(entry), response);
}

async function conclude(
  { journal }: FrontOptions,
  entry: JournalEntry,
  delivery: Delivery,
  response: ServerResponse,
): Promise<void> {
  try {
    const { status, bytes, aborted } = await deliver(delivery, entry.method, response);
    journal.close(entry, { status, bytesSent: bytes, aborted });
  } catch (error) {
    journal.markUnhandled(entry, String(error));
    journal.close(entry, { status: delivery.status, bytesSent: 0, aborted: true });
    throw error;
  }
}

function unknown(entry: JournalEntry): Delivery {
  const text = `The simulator does not know this request: ${describeEntry(entry)}\n`;
  return deliveryOf({ status: 501, headers: { 'Content-Type': 'text/plain' }, body: text });
}

function isLoopback(incoming: IncomingMessage): boolean {
  return /^(::ffff:)?127\.|^::1$/.test(incoming.socket.remoteAddress ?? '');
}
