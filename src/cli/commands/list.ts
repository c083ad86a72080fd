import { selectLibraries } from '../../select/select-libraries.js';
import { SMART_FOLDER_NAMES } from '../../select/selectors.js';
import { withAccountLock } from '../account-lock.js';
import { openContext, type CommandContext } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { Host } from '../host.js';
import { withInterrupt } from '../interrupt.js';
import type { CliFlags } from '../options/shared.js';
import { oneLine, printLine } from '../output.js';
import { withPhotos, type SignedIn } from '../photos.js';
import type { Invocation } from '../invocation.js';

/** `list` waits this often, 3 s apart, for another kei to finish (cli 8.5). */
const LOCK_RETRIES = 6;

/** `kei list libraries`: zone names under the database that lists them (cli 9.3). */
export function runListLibraries({ host, flags }: Invocation): Promise<number> {
  return withService(host, flags, async ({ service }) => {
    const libraries = await service.listLibraries({ needsShared: true });
    for (const [heading, database] of [
      ['Private libraries:', 'private'],
      ['Shared libraries:', 'shared'],
    ] as const) {
      printLine(host, heading);
      for (const library of libraries) {
        if (library.database === database) printLine(host, `  ${library.zone}`);
      }
    }
  });
}

interface ListAlbumsFlags extends CliFlags {
  readonly library?: readonly string[];
}

/** `kei list albums`: albums and smart folders of the selected libraries, by name (cli 9.3). */
export function runListAlbums({ host, flags }: Invocation<ListAlbumsFlags>): Promise<number> {
  return withService(host, flags, async ({ service }, { config }) => {
    const visible = await service.listLibraries({ needsShared: true });
    for (const library of selectLibraries(config.filters.libraries, visible)) {
      const albums = await service.listAlbums(library);
      const smart = library.kind === 'primary' ? SMART_FOLDER_NAMES : [];
      const names = [...albums.map(({ name }) => name), ...smart];
      printLine(host, `Library: ${library.zone}`);
      for (const name of names.sort(byCodePoint)) printLine(host, `  ${oneLine(name)}`);
    }
  });
}

async function withService(
  host: Host,
  flags: CliFlags,
  use: (signedIn: SignedIn, context: CommandContext) => Promise<void>,
): Promise<number> {
  const context = await openContext(host, flags);
  return withInterrupt(host, (signal) =>
    withAccountLock(
      context,
      async () => {
        await withPhotos(context, signal, (signedIn) => use(signedIn, context));
        return EXIT.ok;
      },
      LOCK_RETRIES,
    ),
  );
}

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
