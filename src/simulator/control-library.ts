/** The library as other processes see and steer it. */

import { ControlError, need } from './control-error.js';
import { photo, video, type SimLibrary, type SimZone } from './library/index.js';
import { asObject, type JsonObject } from './responses.js';

export function libraryState(library: SimLibrary): JsonObject {
  return {
    tuning: library.tuning,
    zones: library.zones.map(({ name, database }) => ({ name, database })),
  };
}

const asset = (args: JsonObject): string => need(args, 'assetId', 'string');
const album = (args: JsonObject): string => need(args, 'albumId', 'string');

const verbs: Readonly<Record<string, (zone: SimZone, args: JsonObject) => unknown>> = {
  add: (zone, args) => zone.add(args['kind'] === 'video' ? video(plain(args)) : photo(plain(args))),
  edit: (zone, args) => {
    zone.edit(asset(args));
  },
  favourite: (zone, args) => {
    zone.favourite(asset(args), args['on'] !== false);
  },
  hide: (zone, args) => {
    zone.hide(asset(args));
  },
  unhide: (zone, args) => {
    zone.unhide(asset(args));
  },
  trash: (zone, args) => {
    zone.trash(asset(args));
  },
  restore: (zone, args) => {
    zone.restore(asset(args));
  },
  purge: (zone, args) => {
    zone.purge(asset(args));
  },
  duplicate: (zone, args) => zone.duplicate(asset(args)),
  createAlbum: (zone, args) => zone.createAlbum(need(args, 'name', 'string')),
  deleteAlbum: (zone, args) => {
    zone.deleteAlbum(album(args));
  },
  addToAlbum: (zone, args) => {
    zone.addToAlbum(album(args), asset(args));
  },
  removeFromAlbum: (zone, args) => {
    zone.removeFromAlbum(album(args), asset(args));
  },
  forgetTokens: (zone) => {
    zone.forgetTokens();
  },
};

/** The simple ones of the options of an asset. */
function plain(args: JsonObject): Parameters<typeof photo>[0] {
  const { name, size, takenAt, live, edited, favourite, hidden } = args;
  return {
    ...(typeof name === 'string' ? { name } : {}),
    ...(typeof size === 'number' ? { size } : {}),
    ...(typeof takenAt === 'string' || typeof takenAt === 'number' ? { takenAt } : {}),
    ...(live === true ? { live } : {}),
    ...(edited === true ? { edited } : {}),
    ...(favourite === true ? { favourite } : {}),
    ...(hidden === true ? { hidden } : {}),
  };
}

/**
 * Does what a user would do in the zone named `zone`, or in the primary one. Throws for a verb or
 * a zone that does not exist.
 */
export function runLibraryVerb(library: SimLibrary, verb: string, args: JsonObject): unknown {
  if (verb === 'tune') return tune(library, asObject(args));
  const run = verbs[verb];
  if (run === undefined) {
    const known = [...Object.keys(verbs), 'tune'].join(', ');
    throw new ControlError(404, `No such verb. Known: ${known}.`);
  }
  const { zone: name } = args;
  const zone =
    name === undefined ? library.primary : library.zones.find((one) => one.name === name);
  if (zone === undefined) throw new ControlError(404, `No zone is named ${String(name)}.`);
  return run(zone, args);
}

function tune(library: SimLibrary, changes: JsonObject): JsonObject {
  for (const [name, value] of Object.entries(changes)) {
    const current: unknown = Reflect.get(library.tuning, name);
    if (typeof current !== typeof value) {
      throw new ControlError(400, `${name} is not to be tuned so.`);
    }
    Reflect.set(library.tuning, name, value);
  }
  return { ...library.tuning };
}
