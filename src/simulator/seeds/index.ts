/**
 * Ready-made libraries: `demo` for people, `awkward` for tests of everything that can be odd, `small:N`
 * with a mix of ordinary assets, `large:N` for tests of scale, `empty`.
 */
import { photo, video } from '../library/builder.js';
import type { GeneratedOptions } from '../library/generated.js';
import { SimLibrary, type LibraryOptions } from '../library/library.js';
import { seedAwkward } from './awkward.js';
import { seedDemo } from './demo.js';

export interface SeedOptions extends LibraryOptions {
  /** `demo`: how many generated pictures to add. */
  readonly extraAssets?: number;
  /** `large:N`: how its assets are; plain JPEGs without previews by default. */
  readonly generated?: Omit<GeneratedOptions, 'count'>;
}

const COUNTED = /^(small|large):(\d+)$/u;

function ordinaryAsset(number: number) {
  const takenAt = Date.UTC(2023, 0, 1, 9) + number * 3_600_000;
  const name = `IMG_${String(number + 1).padStart(4, '0')}`;
  const when = { takenAt, addedAt: takenAt + 60_000 };
  if (number % 10 === 9) return video({ ...when, name: `${name}.MOV` });
  if (number % 5 === 1) return photo({ ...when, name: `${name}.HEIC`, live: true });
  if (number % 7 === 2) return photo({ ...when, name: `${name}.JPG`, edited: true });
  return photo({ ...when, name: `${name}.JPG`, favourite: number % 6 === 0 });
}

/** @throws RangeError for a name that is no seed */
export function seedLibrary(name: string, options: SeedOptions): SimLibrary {
  const library = new SimLibrary({ seed: name, ...options });
  const [, kind, count] = COUNTED.exec(name) ?? [];
  if (kind === 'small') {
    library.primary.addAll(
      Array.from({ length: Number(count) }, (_, index) => ordinaryAsset(index)),
    );
  } else if (kind === 'large') {
    library.primary.addGenerated({ count: Number(count), previews: false, ...options.generated });
  } else if (name === 'demo') {
    seedDemo(library, options.extraAssets ?? 0);
  } else if (name === 'awkward') {
    seedAwkward(library);
  } else if (name !== 'empty') {
    throw new RangeError(`"${name}" is no seed: demo, awkward, empty, small:N, large:N.`);
  }
  return library;
}
