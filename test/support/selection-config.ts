import { writeFile } from 'node:fs/promises';
import type { CliHome } from './cli-home.js';

/** The lines of the tables that decide what is selected and where it goes. */
export interface SelectionTables {
  readonly download?: string;
  readonly filters?: string;
  readonly photos?: string;
}

/** Writes a configuration whose `[filters]` are exactly the given ones. */
export async function writeTables(
  home: CliHome,
  { download = '', filters = '', photos = '' }: SelectionTables,
): Promise<void> {
  const lines = [
    '[auth]',
    `username = "${home.username}"`,
    '[download]',
    `directory = ${JSON.stringify(home.photos)}`,
    download,
    '[filters]',
    filters,
    '[photos]',
    photos,
  ];
  await writeFile(home.configPath, lines.join('\n'));
}
