import { parse, resolve } from 'node:path';
import type { ConfigProblem } from '../errors/config-errors.js';
import { dateSpecInstant } from './date-spec.js';
import { KEYS } from './keys.js';
import type { Entry, Layer, Settings } from './merge.js';
import { entryProblem, problemWith } from './problem-text.js';
import type { ReadingContext } from './value-types.js';

/** Directories that must not hold photos themselves (cli 2.5); their children may. */
const SYSTEM_DIRECTORIES: ReadonlySet<string> = new Set(
  '/bin /sbin /usr /etc /dev /proc /sys /boot /lib /lib64 /var /root'.split(' '),
);

/** Directories that must not hold photos at any depth (D57). */
const SYSTEM_TREES: readonly string[] = ['/proc', '/sys', '/dev', '/etc'];

/** Every value of every source that does not read, even one that a stronger source overrides. */
export function valueProblems(layers: readonly Layer[], context: ReadingContext): ConfigProblem[] {
  return layers
    .flatMap((layer) => layer.entries)
    .flatMap((entry) => {
      const reading = KEYS[entry.key].type.read(entry.raw, context);
      if (reading.ok) return [];
      return reading.problems.map((problem) =>
        entryProblem(entry, 'CONFIG_INVALID_VALUE', problem),
      );
    });
}

/** The rules between keys (cli 2.5). */
export function crossFieldProblems(
  settings: Settings,
  layers: readonly Layer[],
  file: Layer,
  platform: NodeJS.Platform,
): ConfigProblem[] {
  return [
    ...passwordProblems(layers, file, platform),
    ...directoryProblems(settings),
    ...nothingSelectedProblems(settings),
    ...recentProblems(settings),
  ];
}

function passwordProblems(
  layers: readonly Layer[],
  file: Layer,
  platform: NodeJS.Platform,
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const find = (layer: Layer, key: Entry['key']) => layer.entries.filter((e) => e.key === key);
  if (find(file, 'auth.password_file').length > 0) {
    for (const entry of find(file, 'auth.password_command')) {
      const sentence = 'excludes auth.password_file; keep one of the two';
      problems.push(entryProblem(entry, 'CONFIG_CONFLICT', sentence));
    }
  }
  if (platform === 'win32') {
    for (const entry of layers.flatMap((layer) => find(layer, 'auth.password_command'))) {
      const sentence = 'does not work on Windows; use a password file, or run kei under WSL';
      problems.push(entryProblem(entry, 'CONFIG_CONFLICT', sentence));
    }
  }
  return problems;
}

function directoryProblems(settings: Settings): ConfigProblem[] {
  const directory = settings.value('download.directory');
  if (directory === undefined || !isSystemDirectory(directory)) return [];
  return [
    problemWith(
      settings,
      'download.directory',
      'CONFIG_INVALID_VALUE',
      'belongs to the operating system; choose a folder of your own for the photos',
    ),
  ];
}

/** True where photos must not go: the root, a system directory, or anything in a kernel tree. */
export function isSystemDirectory(path: string): boolean {
  const clean = resolve(path);
  return (
    clean === parse(clean).root ||
    SYSTEM_DIRECTORIES.has(clean) ||
    SYSTEM_TREES.some((tree) => clean.startsWith(`${tree}/`))
  );
}

function nothingSelectedProblems(settings: Settings): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const report = (key: Entry['key'], sentence: string) => {
    problems.push(problemWith(settings, key, 'CONFIG_CONFLICT', sentence));
  };
  if (
    settings.value('photos.resolution') === 'none' &&
    !settings.value('photos.edited') &&
    !settings.value('photos.alternative')
  ) {
    report(
      'photos.resolution',
      'would download nothing; set photos.edited or photos.alternative to true, or another resolution',
    );
  }
  const media = settings.value('filters.media');
  if (
    media.length === 1 &&
    media[0] === 'live-photos' &&
    settings.value('photos.live_photo_mode') === 'skip'
  ) {
    report('filters.media', 'would download nothing while photos.live_photo_mode is "skip"');
  }
  return problems;
}

function recentProblems(settings: Settings): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const report = (key: Entry['key'], sentence: string) => {
    problems.push(problemWith(settings, key, 'CONFIG_CONFLICT', sentence));
  };
  const byDays = settings.value('filters.recent')?.kind === 'days';
  if (byDays && settings.isSet('filters.skip_created_before')) {
    report('filters.recent', 'is the same as filters.skip_created_before; keep one of the two');
  }
  if (settings.isSet('filters.recent_scope')) {
    if (!settings.isSet('filters.recent')) {
      report('filters.recent_scope', 'needs filters.recent; set that too, or remove it');
    } else if (byDays) {
      report('filters.recent_scope', 'works with a count only; filters.recent is a number of days');
    }
  }
  return problems;
}

/** What is allowed but looks like a mistake. */
export function configWarnings(settings: Settings, nowMs: number): string[] {
  const warnings: string[] = [];
  const before = settings.value('filters.skip_created_before');
  const after = settings.value('filters.skip_created_after');
  if (
    before !== undefined &&
    after !== undefined &&
    dateSpecInstant(before, nowMs) >= dateSpecInstant(after, nowMs)
  ) {
    warnings.push(
      `filters.skip_created_before = "${before.text}" is not before ` +
        `filters.skip_created_after = "${after.text}": no photo can be between them.`,
    );
  }
  const directory = settings.raw('download.directory');
  if (typeof directory === 'string' && !/^(\/|~\/|[a-z]:[\\/]|\\\\)/i.test(directory)) {
    warnings.push(
      `download.directory = ${JSON.stringify(directory)} is relative to the folder in which kei ` +
        'is started; write the whole path if that can change.',
    );
  }
  return warnings;
}
