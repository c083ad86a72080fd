import { BenchHome } from './home.js';
import type { Row } from './scenario.js';
import { serve } from './serve.js';

const SMALL = 5_000;
const FILTERS = 'albums = ["all"]\n[photos]\nedited = true';

/** Later runs of a library with ten albums: what each asks of iCloud, and that it fetches no more. */
export async function* changes(count: number): AsyncGenerator<Row> {
  const server = await serve({ assets: count, bytes: SMALL, albums: 10, members: 100 });
  const home = await BenchHome.create(server.endpoint, FILTERS);
  const sync = async (what: string, due?: number): Promise<Row> => {
    const [calls, downloads] = [await server.cloudKitCalls(), await server.downloads()];
    const usage = await home.kei('sync');
    const asked = (await server.cloudKitCalls()) - calls;
    const fetched = (await server.downloads()) - downloads;
    const note = `${asked} CloudKit calls, ${fetched} downloads`;
    return { what, usage, note: due === undefined ? note : `${note} (${due} asked for)` };
  };
  try {
    yield await sync('first sync');
    yield await sync('100 additions', await server.change('additions'));
    yield await sync('100 mixed changes', await server.change('mixed'));
    yield await sync('nothing changed', 0);
  } finally {
    server.close();
    await home.remove();
  }
}
