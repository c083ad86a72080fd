import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { silentLogger } from '../../../src/platform/logger.js';
import { systemClock } from '../../../src/platform/clock.js';
import type { Transport } from '../../../src/http/dispatcher.js';

/** A plain HTTP server on a free loopback port, closed with the test. */
export async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Transport & { readonly loopback: { origin: string; timeScale: number } }> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    clock: systemClock(),
    logger: silentLogger,
    loopback: { origin: `http://127.0.0.1:${port}`, timeScale: 1 },
  };
}
