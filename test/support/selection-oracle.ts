/**
 * Which files a library of the simulator leads to under a configuration, worked out from the rules
 * alone (cli 4 to 7, D9, D31, D79 to D87). It shares nothing with the planner, so that the two can
 * only agree where both follow the rules.
 */
import type { AssetState, MasterState, Resource } from '../../src/simulator/library/states.js';
import { reportedChecksum } from '../../src/simulator/library/reported.js';
import type { ListingId } from '../../src/simulator/library/listings.js';
import type { SimLibrary } from '../../src/simulator/library/library.js';
import type { SimZone } from '../../src/simulator/library/zone.js';

export interface OracleSettings {
  /** Selected zones; by default the primary one. */
  readonly zones?: readonly SimZone[];
  /** Which albums; `undefined` none. */
  readonly albums?: (name: string) => boolean;
  readonly smartFolders?: readonly (keyof typeof SMART)[];
  readonly unfiled?: boolean;
  readonly templates?: { readonly all?: string; readonly album?: string; readonly smart?: string };
  readonly nested?: boolean;
  readonly media?: readonly ('photos' | 'videos' | 'live-photos')[];
  readonly excludesName?: (name: string) => boolean;
  readonly from?: number;
  readonly until?: number;
  readonly recent?: { readonly count: number; readonly scope: 'global' | 'per-filter' };
  readonly resolution?: 'original' | 'medium' | 'thumb' | 'none';
  readonly liveResolution?: 'original' | 'medium' | 'thumb';
  readonly force?: boolean;
  readonly edited?: boolean;
  readonly alternative?: boolean;
  readonly raw?: 'prefer-raw' | 'prefer-jpeg';
  readonly live?: 'both' | 'image-only' | 'video-only' | 'skip';
  readonly movPolicy?: 'suffix' | 'original';
  readonly unicode?: boolean;
  readonly id7?: boolean;
}

const SMART = {
  'Time-lapse': 'timelapse',
  Videos: 'video',
  'Slo-mo': 'slomo',
  Bursts: 'bursts',
  Favorites: 'favorite',
  Panoramas: 'panorama',
  Screenshots: 'screenshot',
  Live: 'live',
  Portrait: 'depth',
  'Long exposure': 'exposure',
  Animated: 'animated',
  'Recently Deleted': 'deleted',
  Hidden: 'hidden',
} as const satisfies Record<string, ListingId>;

interface Item {
  readonly zone: SimZone;
  readonly asset: AssetState;
  readonly master: MasterState;
}

interface Pass {
  /** The album itself, whatever it is called; the smart folder; all photos. */
  readonly place: string;
  readonly zone: SimZone;
  readonly kind: 'album' | 'smart' | 'all';
  readonly name: string;
  readonly folders: readonly string[];
  readonly items: readonly Item[];
}

interface OracleFile {
  readonly role: 'primary' | 'edited' | 'alternative' | 'live-edited' | 'live';
  readonly label: string;
  readonly resource: Resource;
}

interface Claim {
  readonly key: string;
  readonly owners: OracleOwner[];
  readonly size: number;
  readonly checksum: string | undefined;
  readonly resource: Resource;
}

/** What a file is wanted as, the same whatever it shows and its place is called. */
export interface OracleOwner {
  /** The id of an album; a word for other places. */
  readonly place: string;
  /** Library, asset and role. */
  readonly file: string;
}

/** A file that must be there, and the one download from which all its places are filled. */
export interface OraclePlace {
  readonly resource: Resource;
  readonly download: string;
  readonly owners: readonly OracleOwner[];
}

/** By relative path. */
export type ExpectedTree = ReadonlyMap<string, OraclePlace>;

/** Everything that a first sync has to leave behind, and nothing else. */
export function expectedTree(library: SimLibrary, settings: OracleSettings = {}): ExpectedTree {
  const claims = new Map<string, Claim>();
  for (const pass of passesOf(library, settings)) {
    for (const item of pass.items) {
      let still: string | undefined;
      for (const file of filesOf(item, settings)) {
        const folder = folderOf(pass, item, settings);
        const path = settle(folder, item, file, still, settings, claims);
        const { zone, asset } = item;
        const name = `${zone.name} ${asset.recordName} ${file.label}`;
        claims.get(path)?.owners.push({ place: pass.place, file: name });
        if (file.role === 'primary') still = path.slice(folder.length);
      }
    }
  }
  return new Map(
    [...claims].map(([path, { key, resource, owners }]) => [
      path,
      { resource, download: key, owners },
    ]),
  );
}

function passesOf(library: SimLibrary, settings: OracleSettings): readonly Pass[] {
  const selected = settings.zones ?? [library.primary];
  const passes: Pass[] = [];
  const zones = [...library.zones]
    .filter(({ name }) => /^(PrimarySync|SharedSync-)/.test(name))
    .sort((a, b) => Number(a !== library.primary) - Number(b !== library.primary) || order(a, b));
  for (const zone of zones) {
    const filed = new Set<string>();
    const add = (
      kind: Pass['kind'],
      name: string,
      folders: readonly string[],
      ids: Item[],
      place = `${kind} ${name}`,
    ) => {
      if (kind === 'album') for (const { asset } of ids) filed.add(asset.recordName);
      const open = kind === 'all' ? ids.filter(({ asset }) => !filed.has(asset.recordName)) : ids;
      passes.push({ place, zone, kind, name, folders, items: open });
    };
    if (zone === library.primary) {
      const { albums } = settings;
      for (const { id, name, folders } of albums
        ? albumsOf(zone).filter((a) => albums(a.name))
        : []) {
        add('album', name, folders, itemsOf(zone, zone.albumListing(id, false)), id);
      }
      for (const name of [...(settings.smartFolders ?? [])].sort()) {
        add('smart', name, [], itemsOf(zone, zone.listings.get(SMART[name])));
      }
    }
    if (settings.unfiled !== false && selected.includes(zone)) {
      add('all', '', [], itemsOf(zone, zone.listings.get('all')));
    }
  }
  return passes.map((pass) => ({ ...pass, items: narrowed(pass, settings) }));
}

function order(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function albumsOf(zone: SimZone): { id: string; name: string; folders: readonly string[] }[] {
  const all: { id: string; name: string; folders: readonly string[] }[] = [];
  const visit = (parent: string | undefined, folders: readonly string[]) => {
    for (const { recordName: id, name, albumType } of zone.albums.children(parent)) {
      if (name === undefined) continue;
      if (albumType === 0) all.push({ id, name, folders });
      if (albumType === 3) visit(id, [...folders, name]);
    }
  };
  visit(undefined, []);
  return all.sort((a, b) => (a.name === b.name ? (a.id < b.id ? -1 : 1) : order(a, b)));
}

function itemsOf(
  zone: SimZone,
  listing: { readonly length: number; slotAt(rank: number): number | undefined },
): Item[] {
  const bySlot = new Map([...zone.assets.assetStates()].map((asset) => [asset.slot, asset]));
  return Array.from({ length: listing.length }, (_, rank) => bySlot.get(listing.slotAt(rank) ?? -1))
    .filter((asset) => asset !== undefined)
    .map((asset) => ({ zone, asset, master: zone.masterOf(asset) }));
}

function narrowed({ zone, kind, name, items }: Pass, settings: OracleSettings): readonly Item[] {
  const { recent } = settings;
  let kept = items;
  if (recent?.scope === 'global') {
    const listing = itemsOf(zone, zone.listings.get('all')).slice(0, recent.count);
    const newest = new Set(listing.map(({ asset }) => asset.recordName));
    kept = items.filter(({ asset }) => newest.has(asset.recordName));
  } else if (recent?.scope === 'per-filter') {
    kept = [...items]
      .sort((a, b) => (b.asset.assetDate ?? 0) - (a.asset.assetDate ?? 0))
      .slice(0, recent.count);
  }
  return kept.filter((item) => {
    const { asset, master } = item;
    if (kind !== 'smart' && (asset.hidden || asset.trashedAt !== undefined)) return false;
    if (kind === 'smart' && name === 'Hidden' && asset.trashedAt !== undefined) return false;
    const isLive = !asset.isVideo && master.resources.resOriginalVidCompl !== undefined;
    const medium = isLive ? 'live-photos' : asset.isVideo ? 'videos' : 'photos';
    if (settings.media && !settings.media.includes(medium)) return false;
    if (isLive && settings.live === 'skip') return false;
    const taken = asset.assetDate ?? 0;
    if (settings.from !== undefined && taken < settings.from) return false;
    if (settings.until !== undefined && taken > settings.until) return false;
    return settings.excludesName?.(master.fileName ?? '') !== true;
  });
}

/** The files of one asset, in the order of cli 7.1. */
function filesOf({ asset, master }: Item, settings: OracleSettings): readonly OracleFile[] {
  const res = { ...master.resources, ...asset.resources };
  const isLive = !asset.isVideo && master.resources.resOriginalVidCompl !== undefined;
  const live = isLive ? (settings.live ?? 'both') : undefined;
  const isRaw = (one: Resource | undefined) => one?.type.includes('raw') === true;
  let original = res.resOriginal;
  let other = asset.isVideo ? undefined : res.resOriginalAlt;
  const swap =
    (settings.raw === 'prefer-raw' && isRaw(other)) ||
    (settings.raw === 'prefer-jpeg' && isRaw(original) && other !== undefined);
  if (swap) [original, other] = [other, original];
  const medium = asset.isVideo ? res.resVidMed : res.resJPEGMed;
  const thumb = asset.isVideo ? res.resVidSmall : res.resJPEGThumb;
  const files: OracleFile[] = [];
  const add = (role: OracleFile['role'], label: string, resource: Resource | undefined) => {
    if (resource === undefined || resource.content.size === 0) return;
    if (files.some((file) => file.resource.content === resource.content)) return;
    files.push({ role, label, resource });
  };
  const { resolution = 'original', liveResolution = 'original', force = false } = settings;
  if (resolution !== 'none' && live !== 'video-only') {
    const sized = resolution === 'medium' ? medium : resolution === 'thumb' ? thumb : original;
    if (sized !== undefined) add('primary', resolution, sized);
    else if (!force) add('primary', 'original', original);
  }
  if (settings.edited && live !== 'video-only') {
    add('edited', 'edited', asset.isVideo ? res.resVidFull : res.resJPEGFull);
  }
  if (settings.alternative && !isLive) add('alternative', 'alternative', other);
  if (live === 'both' || live === 'video-only') {
    if (settings.edited) add('live-edited', 'live-edited', res.resVidFull);
    const sized = {
      original: res.resOriginalVidCompl,
      medium: res.resVidMed,
      thumb: res.resVidSmall,
    };
    add('live', 'live', sized[liveResolution] ?? (force ? undefined : res.resOriginalVidCompl));
  }
  return files;
}

function folderOf({ zone, kind, name, folders }: Pass, { asset }: Item, s: OracleSettings): string {
  const { templates = {}, nested } = s;
  const template = {
    all: templates.all ?? '%Y/%m/%d',
    album: templates.album ?? '{album}',
    smart: templates.smart ?? '{smart-folder}',
  }[kind];
  if (template === 'none') return '';
  const album = (nested ? [...folders, name] : [name]).map(cleanFolder).join('/');
  const short = zone.name
    .replace(/^(SharedSync-.{8}).*$/, '$1')
    .replace(/^PrimarySync\d*$/, 'PrimarySync');
  const filled = dated(template, asset)
    .replace('{library}', () => short)
    .replace('{album}', () => album)
    .replace('{smart-folder}', () => name);
  return filled
    .split('/')
    .filter((part) => part !== '')
    .map((part) => `${part}/`)
    .join('');
}

function cleanFolder(name: string): string {
  const cleaned = name
    .replace(/[/\\:*?"<>|\p{Cc}]/gu, '_')
    .replaceAll('..', '_')
    .replace(/^[. ]+|[. ]+$/g, '');
  if (cleaned === '') return '_';
  return /^(con|prn|aux|nul|com[1-9]|lpt[1-9])(\.|$)/i.test(cleaned) ? `_${cleaned}` : cleaned;
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  'public.heic': '.HEIC',
  'public.jpeg': '.JPG',
  'public.png': '.PNG',
  'com.apple.quicktime-movie': '.MOV',
  'com.adobe.raw-image': '.DNG',
  'com.canon.cr2-raw-image': '.CR2',
  'org.webmproject.webp': '.WEBP',
};

/** Claims the name of one file in its folder; the path that the file has in the end. */
function settle(
  folder: string,
  { asset, master, zone }: Item,
  { role, label, resource }: OracleFile,
  still: string | undefined,
  settings: OracleSettings,
  claims: Map<string, Claim>,
): string {
  const [stem, extension] = nameOf(role, label, resource, still, { asset, master, zone }, settings);
  const size = resource.content.size;
  const checksum = reportedChecksum(resource)?.toString('base64');
  const key = `${zone.name} ${asset.recordName} ${label}`;
  const claim = { key, owners: [], size, checksum, resource };
  const id = asset.recordName.replaceAll('+', '-').replaceAll('/', '_');
  const isMovOfStill = role === 'live' || role === 'live-edited';
  const suffixes = ['', ...(isMovOfStill ? [] : [`-${size}`]), `-${id}`, `-${id}-2`, `-${id}-3`];
  let metSameSize = false;
  for (const suffix of suffixes) {
    if (suffix === `-${size}` && metSameSize) continue;
    const path = `${folder}${stem}${suffix}${extension}`;
    const owner = claims.get(path);
    if (owner === undefined) claims.set(path, claim);
    if (owner === undefined || owner.key === claim.key || owner.checksum === checksum) return path;
    metSameSize ||= owner.size === size;
  }
  throw new Error(`No name left for ${folder}${stem}${extension}`);
}

function nameOf(
  role: OracleFile['role'],
  label: string,
  resource: Resource,
  still: string | undefined,
  { zone, asset, master }: Item,
  settings: OracleSettings,
): [stem: string, extension: string] {
  const id7 = settings.id7
    ? `_${Buffer.from(zone.assets.masterName(asset.masterSlot)).toString('base64url').slice(0, 7)}`
    : '';
  const [stem, own] = splitName(cleanName(master.fileName ?? '', settings));
  const original = master.resources.resOriginal;
  if (role === 'live') {
    const planned = stem + id7 + (EXTENSIONS[original?.type ?? ''] ?? own);
    const [base, extension] = splitName(still ?? planned);
    const isHeic = extension.toUpperCase() === '.HEIC' && settings.movPolicy !== 'original';
    return [isHeic ? `${base}_HEVC` : base, '.MOV'];
  }
  const alternative = resource.type.includes('raw') ? '_RAW' : '_alt';
  const suffix = {
    primary: label === 'original' ? '' : `-${label}`,
    edited: '_edited',
    'live-edited': '_edited',
    alternative,
  }[role];
  const extension = role === 'live-edited' ? '.MOV' : (EXTENSIONS[resource.type] ?? own);
  return [stem + suffix + id7, extension];
}

/** The date codes that the tests use, in the zone of the capture, else UTC; no date is the epoch. */
function dated(template: string, { assetDate, timeZoneOffset }: AssetState): string {
  const shifted = assetDate === undefined ? 0 : assetDate + (timeZoneOffset ?? 0) * 1000;
  const [year = '', month = '', day = ''] = new Date(shifted).toISOString().slice(0, 10).split('-');
  return template.replaceAll('%Y', year).replaceAll('%m', month).replaceAll('%d', day);
}

function cleanName(raw: string, { unicode }: OracleSettings): string {
  const kept = unicode
    ? raw
    : Array.from(raw, (letter) => (letter < '\u0080' ? letter : '')).join('');
  return kept.replace(/[/\\:*?"<>|\p{Cc}]/gu, '_');
}

function splitName(name: string): [stem: string, extension: string] {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
}
