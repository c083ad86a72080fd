import { basename } from 'node:path';
import type { Asset, ChosenRendition, PhotoOptions, PlannedFile } from '../../domain/index.js';
import { chooseRenditions, type UnusableRendition } from '../../select/choose-renditions.js';
import type { FilePlan, PlanTarget } from './file-plan.js';
import type { FilePlanner } from './plan-file.js';

/** One decision about one asset, in the order of cli 7.1. */
export type AssetPlan =
  | { readonly kind: 'file'; readonly chosen: ChosenRendition; readonly plan: FilePlan }
  /** Asked for, but of size 0 in iCloud (D80). */
  | { readonly kind: 'empty'; readonly chosen: ChosenRendition }
  /** There, but not downloadable, even after a lookup: a debt (D67). */
  | { readonly kind: 'unusable'; readonly problem: UnusableRendition }
  /** The options ask for nothing that the asset has. */
  | { readonly kind: 'no-rendition' };

/** Asks iCloud once more for an asset; `undefined` when it is gone. */
export type LookUpAsset = (asset: Asset) => Promise<Asset | undefined>;

/**
 * Plans every file of one asset in one pass: which renditions, and for each where it goes and
 * whether it is there. A rendition that is present but unusable is looked up once (D67).
 */
export async function* planAsset(
  listed: Asset,
  options: PhotoOptions,
  target: PlanTarget,
  planner: FilePlanner,
  lookUp: LookUpAsset,
): AsyncGenerator<AssetPlan> {
  let asset = listed;
  let choice = chooseRenditions(asset, options);
  if (choice.unusable.length > 0) {
    asset = (await lookUp(asset)) ?? asset;
    choice = chooseRenditions(asset, options);
  }
  const { chosen, empty, unusable } = choice;
  for (const one of empty) yield { kind: 'empty', chosen: one };
  for (const problem of unusable) yield { kind: 'unusable', problem };
  if (chosen.length + empty.length + unusable.length === 0) yield { kind: 'no-rendition' };

  let stillName = asset.isLivePhoto ? planner.knownStill(asset, target) : undefined;
  for (const one of chosen) {
    const plan = await planner.plan(asset, one, target, stillName);
    if (one.role === 'primary') stillName = basename(plan.file.path);
    yield { kind: 'file', chosen: one, plan };
  }
}

/** What the pipeline gets for a file that must be fetched. */
export function plannedFile(
  asset: Asset,
  chosen: ChosenRendition,
  plan: Pick<FilePlan, 'file'>,
): PlannedFile {
  return { asset, rendition: chosen.rendition, role: chosen.role, path: plan.file.path };
}
