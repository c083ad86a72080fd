import { showConfig } from '../../config/show.js';
import { openContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { Invocation } from '../invocation.js';

/** `kei config show`: the resolved configuration as TOML, without any secret (cli 2.8). */
export async function runConfigShow({ host, flags }: Invocation): Promise<number> {
  const context = await openContext(host, flags);
  host.stdout.write(showConfig(context));
  return EXIT.ok;
}
