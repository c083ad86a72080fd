import type { MovNamePolicy } from '../domain/index.js';
import { splitName, type FileName } from './clean-name.js';

/**
 * The name of a Live Photo's MOV, made from the name of its still (cli 6.6, D86). With the policy
 * `suffix` the MOV of a HEIC is told apart from a video of the same name by `_HEVC`.
 */
export function liveMovName(still: string, policy: MovNamePolicy): FileName {
  const { stem, extension } = splitName(still);
  const isHeic = extension.toUpperCase() === '.HEIC';
  return { stem, suffix: isHeic && policy === 'suffix' ? '_HEVC' : '', extension: '.MOV' };
}
