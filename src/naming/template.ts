import type { Album, AlbumFolders, SmartFolderName } from '../domain/index.js';
import { KeiError } from '../errors/index.js';
import { cleanFolderName } from './clean-name.js';
import { shortLibraryName } from './library-name.js';
import { findBadDateCode, formatDate } from './strftime.js';
import type { WallTime } from './zone-time.js';

/** Which of the three folder templates: one for each kind of pass (cli 5.1). */
export type TemplateKind = 'unfiled' | 'album' | 'smart-folder';

/** A template that passed every check of cli 5.3. */
export interface ParsedTemplate {
  readonly kind: TemplateKind;
  /** Without the Python braces; empty when files go directly into the download directory. */
  readonly text: string;
  /** True when libraries get folders of their own. */
  readonly namesLibrary: boolean;
}

/** What the tokens stand for; `album` and `smartFolder` only in the passes that have one. */
export interface TemplateValues {
  readonly zone: string;
  readonly album?: Album | undefined;
  readonly smartFolder?: SmartFolderName | undefined;
  /** `nested` puts the folders that hold an album above it. */
  readonly albumFolders: AlbumFolders;
}

type Token = 'library' | 'album' | 'smart-folder';

const KEYS: Readonly<Record<TemplateKind, string>> = {
  unfiled: '[download].folder_structure',
  album: '[download].folder_structure_albums',
  'smart-folder': '[download].folder_structure_smart_folders',
};
const TOKEN = /\{(library|album|smart-folder)\}/g;

/** What is wrong with a template, in one sentence that quotes it (cli 5.3, 5.4), or `undefined`. */
export function checkTemplate(kind: TemplateKind, template: string): string | undefined {
  const problem = findProblem(kind, innerText(template));
  return problem && `${KEYS[kind]} = "${template}": ${problem}.`;
}

/** Parses a template. Throws `BAD_TEMPLATE` with the sentence of `checkTemplate`. */
export function parseTemplate(kind: TemplateKind, template: string): ParsedTemplate {
  const message = checkTemplate(kind, template);
  if (message !== undefined) {
    const hint = 'Correct the template, or remove the line to use the default.';
    throw new KeiError({ code: 'BAD_TEMPLATE', kind: 'config', message, hint });
  }
  const text = innerText(template);
  return { kind, text, namesLibrary: text.includes('{library}') };
}

/**
 * The folders of one file below the download directory, outermost first (cli 5.2). Names that are
 * inserted can neither add date codes nor, a nested album's folders apart, path components.
 */
export function renderFolders(
  template: ParsedTemplate,
  values: TemplateValues,
  time: WallTime,
): readonly string[] {
  const filled = template.text.replace(TOKEN, (_whole, token: Token) =>
    tokenValue(token, values).replaceAll('%', '%%'),
  );
  return segments(formatDate(filled, time)).map(cleanFolderName);
}

function tokenValue(
  token: Token,
  { zone, album, smartFolder, albumFolders }: TemplateValues,
): string {
  switch (token) {
    case 'library':
      return cleanFolderName(shortLibraryName(zone));
    case 'album': {
      if (album === undefined || album.name === '') return '';
      const path = albumFolders === 'nested' ? [...album.folders, album.name] : [album.name];
      return path.map(cleanFolderName).join('/');
    }
    case 'smart-folder':
      return smartFolder === undefined ? '' : cleanFolderName(smartFolder);
  }
}

/** The template without Python's `{:…}`; empty for `none`. */
function innerText(template: string): string {
  const text = /^\{:(.*)\}$/s.exec(template)?.[1] ?? template;
  return /^\s*(?:none)?\s*$/i.test(text) ? '' : text;
}

function segments(path: string): readonly string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function findProblem(kind: TemplateKind, text: string): string | undefined {
  const badCode = findBadDateCode(text);
  if (badCode !== undefined) {
    return `"${badCode}" is not a date code; write a percent sign as "%%"`;
  }
  const found = [...text.matchAll(TOKEN)].map(([, token]) => token as Token);
  for (const token of ['album', 'smart-folder'] as const) {
    if (found.includes(token) && token !== kind) return `{${token}} belongs in ${KEYS[token]}`;
  }
  const repeated = found.find((token, index) => found.indexOf(token) !== index);
  if (repeated !== undefined) return `{${repeated}} may appear only once`;
  const [first = '', second = ''] = segments(text);
  if (found.includes('library') && first !== '{library}') {
    return '{library} must be the whole first folder';
  }
  const place = first === '{library}' ? second : first;
  const misplaced = found.find((token) => token !== 'library' && !place.includes(`{${token}}`));
  return (
    misplaced && `{${misplaced}} must be in the first folder, or in the second after {library}`
  );
}
