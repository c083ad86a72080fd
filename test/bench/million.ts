import { BenchHome } from './home.js';
import { fillState } from './fill-state.js';
import type { Row } from './scenario.js';
import { serve } from './serve.js';

/** What reads the whole state, and what only begins to. */
const COMMANDS = [
  ['status'],
  ['status', '--downloaded'],
  ['audit'],
  ['audit', '--json'],
  ['manifest', '--format', 'json'],
  ['manifest', '--format', 'csv'],
  ['verify'],
  ['reconcile'],
  ['sync', '--dry-run'],
  ['sync'],
] as const;

/**
 * Commands on the state of a library that was synced long ago, each with its file on disk; and once
 * on a small one, to compare the memory. The syncs meet an account with nothing in it.
 */
export async function* million(count: number): AsyncGenerator<Row> {
  for (const files of [1_000, count]) {
    const server = await serve({ assets: 1, bytes: 5_000 });
    const home = await BenchHome.create(server.endpoint);
    try {
      await fillState(home, files);
      for (const command of COMMANDS) {
        const usage = await home.kei(...command);
        const note = `first line after ${usage.firstOutputSeconds.toFixed(2)} s`;
        yield { what: `${command.join(' ')}, ${files}`, usage, note };
      }
    } finally {
      server.close();
      await home.remove();
    }
  }
}
