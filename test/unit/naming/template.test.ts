import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  captureTime,
  checkTemplate,
  destination,
  parseTemplate,
  renderFolders,
  type TemplateKind,
  type TemplateValues,
  type WallTime,
} from '../../../src/naming/index.js';
import { asset } from '../../support/assets.js';
import { illegality, nastyText } from '../../support/names.js';

const march: WallTime = { instantMs: Date.UTC(2024, 2, 15, 10), offsetSeconds: 0 };
const values = (facts: Partial<TemplateValues> = {}): TemplateValues => ({
  zone: 'PrimarySync',
  albumFolders: 'flat',
  ...facts,
});
const album = (name: string, folders: readonly string[] = []): Partial<TemplateValues> => ({
  album: { id: 'ALBUM1', name, folders },
});
const path = (
  kind: TemplateKind,
  text: string,
  facts: Partial<TemplateValues> = {},
  time = march,
): string =>
  destination('/p', renderFolders(parseTemplate(kind, text), values(facts), time), 'IMG_1.HEIC');

describe('cli 5.6: worked examples', () => {
  const shared = { zone: 'SharedSync-A1B2C3D4-E5F6-7890-ABCD-EF1234567890' };
  it.each<[TemplateKind, string, Partial<TemplateValues>, string]>([
    ['unfiled', '%Y/%m/%d', {}, '/p/2024/03/15/IMG_1.HEIC'],
    ['unfiled', '{:%Y/%m/%d}', {}, '/p/2024/03/15/IMG_1.HEIC'],
    ['unfiled', 'none', {}, '/p/IMG_1.HEIC'],
    ['unfiled', 'None', {}, '/p/IMG_1.HEIC'],
    ['unfiled', '{:none}', {}, '/p/IMG_1.HEIC'],
    ['unfiled', '', {}, '/p/IMG_1.HEIC'],
    ['unfiled', '%Y/%B', {}, '/p/2024/March/IMG_1.HEIC'],
    ['album', '{album}', album('Vacation 2024'), '/p/Vacation 2024/IMG_1.HEIC'],
    ['album', '{album}/%Y', album('AC/DC'), '/p/AC_DC/2024/IMG_1.HEIC'],
    ['album', '{album}/%Y', album('50% off'), '/p/50% off/2024/IMG_1.HEIC'],
    ['album', '{album}', album('..'), '/p/_/IMG_1.HEIC'],
    [
      'album',
      '{library}/{album}',
      { ...shared, ...album('Kids') },
      '/p/SharedSync-A1B2C3D4/Kids/IMG_1.HEIC',
    ],
    ['unfiled', '{library}/%Y', {}, '/p/PrimarySync/2024/IMG_1.HEIC'],
    ['unfiled', '{library}/%Y', { zone: 'PrimarySync1' }, '/p/PrimarySync/2024/IMG_1.HEIC'],
    ['unfiled', '{library}', { zone: 'SharedSync-A1B2' }, '/p/SharedSync-A1B2/IMG_1.HEIC'],
    ['smart-folder', '{smart-folder}', { smartFolder: 'Favorites' }, '/p/Favorites/IMG_1.HEIC'],
    [
      'smart-folder',
      '{library}/{smart-folder}',
      { ...shared, smartFolder: 'Slo-mo' },
      '/p/SharedSync-A1B2C3D4/Slo-mo/IMG_1.HEIC',
    ],
    // Codes that hold separators, segments that come out empty, literal text.
    ['unfiled', '%D', {}, '/p/03/15/24/IMG_1.HEIC'],
    ['unfiled', '/%Y//%m/', {}, '/p/2024/03/IMG_1.HEIC'],
    ['unfiled', 'at %H:%M', {}, '/p/at 10_00/IMG_1.HEIC'],
    ['unfiled', '../%Y/.', {}, '/p/_/2024/_/IMG_1.HEIC'],
    ['unfiled', '100%%/{other}', {}, '/p/100%/{other}/IMG_1.HEIC'],
    ['unfiled', '%-m/%-d', {}, '/p/3/15/IMG_1.HEIC'],
    ['album', 'all albums', album('Kids'), '/p/all albums/IMG_1.HEIC'],
    ['album', 'Album {album}/%Y', album('Kids'), '/p/Album Kids/2024/IMG_1.HEIC'],
    // Case 110, 112: names cannot leave, hide, or be read as a template.
    ['album', '{album}', album('CON'), '/p/_CON/IMG_1.HEIC'],
    ['album', '{album}', album('.hidden'), '/p/hidden/IMG_1.HEIC'],
    ['album', '{album}', album(' . . '), '/p/_/IMG_1.HEIC'],
    ['album', '{album}', album(''), '/p/IMG_1.HEIC'],
    ['album', '{album}', album('../../etc'), '/p/____etc/IMG_1.HEIC'],
    ['album', '{album}', album('%Y%%{library}$&'), '/p/%Y%%{library}$&/IMG_1.HEIC'],
    ['album', '{album}', album('Été 中文 😀'), '/p/Été 中文 😀/IMG_1.HEIC'],
    ['album', '{album}', album('a'.repeat(300)), `/p/${'a'.repeat(255)}/IMG_1.HEIC`],
    // The folders above an album.
    ['album', '{album}', album('Rome', ['Travel', '20/24']), '/p/Rome/IMG_1.HEIC'],
    [
      'album',
      '{album}',
      { ...album('Rome', ['Travel', '20/24']), albumFolders: 'nested' },
      '/p/Travel/20_24/Rome/IMG_1.HEIC',
    ],
    [
      'album',
      '{library}/{album}/%Y',
      { ...album('Rome', ['..', '']), albumFolders: 'nested' },
      '/p/PrimarySync/_/_/Rome/2024/IMG_1.HEIC',
    ],
  ])('%s template %j', (kind, text, facts, expected) => {
    expect(path(kind, text, facts)).toBe(expected);
  });

  it('renders the clock of the zone that was asked for', () => {
    const taken = asset({ capturedAtMs: Date.UTC(2024, 0, 1, 2) });
    const time = captureTime(taken, 'host', () => -5 * 3600);
    expect(path('unfiled', '%Y/%m/%d', {}, time)).toBe('/p/2023/12/31/IMG_1.HEIC');
  });
});

describe('cli 5.3, 5.4: errors at start', () => {
  it.each<[TemplateKind, string, RegExp]>([
    ['unfiled', '{album}/%Y', /\{album\} belongs in \[download\]\.folder_structure_albums/],
    ['unfiled', '{smart-folder}', /belongs in \[download\]\.folder_structure_smart_folders/],
    ['smart-folder', '{album}', /\{album\} belongs in \[download\]\.folder_structure_albums/],
    ['album', '{smart-folder}', /belongs in \[download\]\.folder_structure_smart_folders/],
    ['album', '%Y/{album}', /\{album\} must be in the first folder/],
    ['album', '{library}/%Y/{album}', /\{album\} must be in the first folder/],
    ['album', '{album}/{album}', /\{album\} may appear only once/],
    ['unfiled', '{library}/{library}', /\{library\} may appear only once/],
    ['unfiled', '%Y/{library}', /\{library\} must be the whole first folder/],
    ['unfiled', 'my {library}/%Y', /\{library\} must be the whole first folder/],
    ['album', '{album}/{library}', /\{library\} must be the whole first folder/],
    ['unfiled', '%Y/%Q', /"%Q" is not a date code/],
    ['unfiled', '100%', /"%" is not a date code/],
    ['unfiled', '{:%Y/%Q}', /"%Q" is not a date code/],
  ])('%s template %j', (kind, text, sentence) => {
    const problem = checkTemplate(kind, text);
    expect(problem).toMatch(sentence);
    expect(problem).toContain(`"${text}"`);
    expect(() => parseTemplate(kind, text)).toThrow(problem);
  });

  it.each<[TemplateKind, string]>([
    ['unfiled', '%Y/%m/%d'],
    ['album', '{album}'],
    ['album', '{library}/{album}/%Y'],
    ['album', '/{library}//{album}'],
    ['smart-folder', '{smart-folder}'],
    ['album', '%Y'],
    ['unfiled', '{Album}/{unknown}'],
    ['unfiled', 'none'],
  ])('%s template %j is fine', (kind, text) => {
    expect(checkTemplate(kind, text)).toBeUndefined();
  });

  it('knows whether libraries get folders of their own', () => {
    expect(parseTemplate('unfiled', '{library}/%Y').namesLibrary).toBe(true);
    expect(parseTemplate('unfiled', '%Y').namesLibrary).toBe(false);
  });
});

it('any album, folder, zone and template that passes the check stays below the directory', () => {
  const templateText = fc.oneof(
    fc.constantFrom(
      '{album}',
      '{library}/{album}/%Y',
      '{album}/%c',
      '{:{album}}',
      '%+/%D',
      '../{x}',
    ),
    nastyText,
  );
  fc.assert(
    fc.property(
      templateText,
      nastyText,
      fc.array(nastyText, { maxLength: 3 }),
      nastyText,
      (text, name, folders, zone) => {
        fc.pre(checkTemplate('album', text) === undefined);
        for (const albumFolders of ['flat', 'nested'] as const) {
          const facts = { ...album(name, folders), zone, albumFolders };
          const rendered = renderFolders(parseTemplate('album', text), values(facts), march);
          expect(rendered.map(illegality)).toEqual(rendered.map(() => undefined));
          expect(destination('/p', rendered, 'x').startsWith('/p/')).toBe(true);
        }
      },
    ),
    { numRuns: 1000 },
  );
});
