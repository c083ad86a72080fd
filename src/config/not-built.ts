import type { ConfigProblem } from '../errors/config-errors.js';
import { KEYS, writeValue, type KeyName } from './keys.js';
import type { Settings } from './merge.js';
import { problemWith } from './problem-text.js';
import type { TomlValue } from './value-types.js';

/**
 * Settings that are understood and checked but have no effect yet, with the values that ask for
 * nothing, besides the default. Better an error than a setting that silently does not work.
 */
const NOT_BUILT: Readonly<Partial<Record<KeyName, readonly TomlValue[]>>> = {
  'metadata.set_exif_datetime': [],
  'metadata.set_exif_rating': [],
  'metadata.set_exif_gps': [],
  'metadata.set_exif_description': [],
  'metadata.embed_xmp': [],
  'metadata.xmp_sidecar': [],
  'watch.interval': [],
  'watch.notify_systemd': [false],
  'watch.pid_file': [],
  'watch.reconcile_every_n_cycles': [],
  'notifications.script': [],
  'report.json': [],
  'server.bind': [],
  'server.port': [],
  'ui.friendly': [false],
};

/** A problem for each setting that asks for what this version cannot do; never for a wrong value. */
export function notBuiltProblems(settings: Settings): ConfigProblem[] {
  return settings.keysSet().flatMap((key) => {
    const harmless = NOT_BUILT[key];
    if (harmless === undefined || asksForNothing(settings, key, harmless)) return [];
    return [
      problemWith(
        settings,
        key,
        'CONFIG_NOT_BUILT',
        'is understood, but this version cannot do it yet; remove it or set it to its default',
      ),
    ];
  });
}

function asksForNothing(settings: Settings, key: KeyName, harmless: readonly TomlValue[]): boolean {
  const wanted = JSON.stringify(writeValue(key, settings.value(key)));
  const quiet = [writeValue(key, KEYS[key].fallback), ...harmless];
  return quiet.some((value) => JSON.stringify(value) === wanted);
}
