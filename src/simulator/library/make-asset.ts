/** Turns what a test wrote down into the states of a master and an asset. */
import type { AssetSpec } from './builder.js';
import { fileTypeOf } from './file-types.js';
import { deviationOf, withClaims, type Deviation } from './irregular.js';
import {
  DEFAULT_OFFSET,
  DEFAULT_TAKEN,
  milliseconds,
  originals,
  previews,
  recipe,
  transcodes,
  type AssetMaker,
} from './make-resources.js';
import type { AssetState, FieldPatch, MasterState, Resources, Subtype } from './states.js';

function subtypeOf(spec: AssetSpec): Subtype {
  if (spec.subtype === 'portrait' || spec.subtype === 'longExposure') return 'none';
  return spec.subtype ?? (spec.live ? 'live' : 'none');
}

function renderTypeOf(spec: AssetSpec): number {
  if (spec.subtype === 'portrait') return 2;
  return spec.subtype === 'longExposure' ? 4 : 0;
}

function merged(...patches: readonly (FieldPatch | undefined)[]): FieldPatch {
  return patches.reduce<FieldPatch>((all, patch) => ({ ...all, ...patch }), {});
}

/** All deviations of a record in one. */
function deviationsOf(spec: AssetSpec): Deviation {
  const names = spec.irregular === undefined ? [] : [spec.irregular].flat();
  const deviations = names.map((name) => deviationOf(name, spec.name ?? ''));
  return {
    ...deviations.reduce((all, one) => ({ ...all, ...one }), {}),
    master: merged(...deviations.map((one) => one.master), spec.patch?.master),
    asset: merged(...deviations.map((one) => one.asset), spec.patch?.asset),
  };
}

function trashedAtOf(spec: AssetSpec, now: number): number | undefined {
  if (spec.trashed === undefined || spec.trashed === false) return undefined;
  return spec.trashed === true ? now : milliseconds(spec.trashed);
}

function resourcesOf(spec: AssetSpec, maker: AssetMaker): Resources {
  const base = recipe(spec, maker);
  const live = spec.live !== undefined && spec.live !== false;
  return {
    ...originals(spec, maker, base),
    ...(spec.previews === false ? {} : previews(maker, base, 0)),
    ...(spec.previews !== false && (live || spec.kind === 'video')
      ? transcodes(maker, base, live)
      : {}),
  };
}

/** @param changedAt place of the master in the change log; the asset's is given when it is known */
export function makeMaster(spec: AssetSpec, maker: AssetMaker, changedAt: number): MasterState {
  const deviation = deviationsOf(spec);
  const addedAt = spec.addedAt === undefined ? maker.now : milliseconds(spec.addedAt);
  const trashedAt = trashedAtOf(spec, maker.now);
  return {
    slot: maker.slot,
    createdAt: addedAt,
    modifiedAt: addedAt,
    changedAt,
    fileName: spec.name === null ? undefined : (spec.name ?? 'IMG_0001.JPG'),
    itemType: spec.type ?? fileTypeOf(spec.name, spec.kind === 'video').uti,
    dataClassType: spec.kind === 'video' ? 2 : 1,
    orientation: spec.orientation ?? 1,
    resources: withClaims(resourcesOf(spec, maker), deviation),
    ...(trashedAt === undefined ? {} : { trashedAt }),
    ...(deviation.missing ? { missing: deviation.missing } : {}),
    ...(deviation.master ? { patch: deviation.master } : {}),
  };
}

export function makeAsset(
  spec: AssetSpec,
  maker: AssetMaker,
  master: MasterState,
  changedAt: number,
): AssetState {
  const deviation = deviationsOf(spec);
  const { takenAt = DEFAULT_TAKEN, timeZoneOffset = DEFAULT_OFFSET } = spec;
  const { createdAt, trashedAt } = master;
  return {
    slot: maker.slot,
    recordName: maker.recordName,
    masterSlot: master.slot,
    createdAt,
    modifiedAt: createdAt,
    changedAt,
    assetDate: takenAt === null ? undefined : milliseconds(takenAt),
    addedDate: createdAt,
    timeZoneOffset: timeZoneOffset ?? undefined,
    timeZoneName: spec.timeZoneName,
    isVideo: spec.kind === 'video',
    isAnimated: master.itemType === 'com.compuserve.gif',
    subtype: subtypeOf(spec),
    renderType: renderTypeOf(spec),
    durationMs: spec.kind === 'video' ? Math.round((spec.durationSeconds ?? 1) * 1000) : 0,
    orientation: spec.orientation ?? 1,
    favourite: spec.favourite ?? false,
    hidden: spec.hidden ?? false,
    ...(trashedAt === undefined ? {} : { trashedAt, trashReason: 1 }),
    burstId: spec.burst,
    title: spec.title,
    description: spec.description,
    keywords: spec.keywords,
    place: spec.location,
    placeForm: deviation.location,
    adjustmentType: spec.subtype === 'slomo' ? 'com.apple.video.slomo' : undefined,
    resources: {},
    ...(deviation.asset ? { patch: deviation.asset } : {}),
  };
}
