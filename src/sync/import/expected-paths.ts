import type { Asset, ChosenRendition } from '../../domain/index.js';
import {
  amPmVariants,
  captureTime,
  destination,
  isCompanion,
  nameCandidates,
  nameRendition,
  renderFolders,
} from '../../naming/index.js';
import type { PlanSettings, PlanTarget } from '../plan/file-plan.js';

/**
 * Where icloudpd or kei would have put a rendition of a place, likeliest first (cli 9.7): its name,
 * the name with its size or its asset's id, and the spellings of a screenshot's time of day. The
 * MOV of a Live Photo follows its still: `still` is the name of the file that was matched, and the
 * names that the still may have come after it. With `name-id7` a still has one name only.
 */
export function expectedPaths(
  asset: Asset,
  chosen: ChosenRendition,
  still: { readonly matched: string | undefined; readonly chosen: ChosenRendition | undefined },
  target: PlanTarget,
  settings: PlanSettings,
): string[] {
  const { directory, folderTimezone, hostOffset } = settings;
  const time = captureTime(asset, folderTimezone, hostOffset);
  const folders = renderFolders(target.template, target.values, time);
  const stills =
    chosen.role === 'live'
      ? [
          ...(still.matched === undefined ? [] : [still.matched]),
          ...(still.chosen === undefined ? [undefined] : namesOf(asset, still.chosen, settings)),
        ]
      : [undefined];
  const names = stills.flatMap((name) => namesOf(asset, chosen, settings, name));
  const spellings = isCompanion(chosen.role) ? [] : names.flatMap(amPmVariants);
  return [...new Set([...names, ...spellings])].map((name) =>
    destination(directory, folders, name),
  );
}

function namesOf(
  asset: Asset,
  chosen: ChosenRendition,
  { naming }: PlanSettings,
  stillName?: string,
): string[] {
  const { role, rendition } = chosen;
  const name = nameRendition(asset, chosen, naming, stillName);
  const names: string[] = [];
  const candidates = nameCandidates(name, { ...asset, role, sizeBytes: rendition.sizeBytes });
  for (const candidate of candidates) {
    names.push(candidate.name);
    const isAlone = naming.fileMatchPolicy === 'name-id7' && !isCompanion(role);
    if (isAlone || candidate.kind === 'identity') break;
  }
  return names;
}
