import type { DateSpec, Recent } from '../domain/index.js';

/** The listing order may be off by a zone and a day's change of clocks (D71). */
const EARLY_STOP_SLACK_MS = 26 * 3_600_000;

/** Capture instants that a run keeps, both ends included (cli 4.7); milliseconds since 1970 UTC. */
export interface DateBounds {
  readonly fromMs: number | undefined;
  readonly untilMs: number | undefined;
}

/** The settings that bound a run by capture date. */
export interface DateSettings {
  readonly recent: Recent | undefined;
  readonly skipCreatedBefore: DateSpec | undefined;
  readonly skipCreatedAfter: DateSpec | undefined;
}

/**
 * The bounds of one run, fixed when it starts. `instantOf` gives a date setting's instant in the
 * host's zone; `recent = "Nd"` is another way to write `skip_created_before` (cli 4.6).
 */
export function dateBounds(
  settings: DateSettings,
  instantOf: (spec: DateSpec) => number,
): DateBounds {
  const { recent, skipCreatedBefore, skipCreatedAfter } = settings;
  const lower: DateSpec | undefined =
    recent?.kind === 'days' ? { text: `${recent.days}d`, ...recent } : skipCreatedBefore;
  return {
    fromMs: lower && instantOf(lower),
    untilMs: skipCreatedAfter && instantOf(skipCreatedAfter),
  };
}

/** True when a capture instant, the epoch if there is none (D87), lies within the bounds. */
export function isWithin(
  capturedAtMs: number | undefined,
  { fromMs, untilMs }: DateBounds,
): boolean {
  const instantMs = capturedAtMs ?? 0;
  return (
    (fromMs === undefined || instantMs >= fromMs) && (untilMs === undefined || instantMs <= untilMs)
  );
}

/**
 * True when a listing that runs from new to old cannot bring anything within the bounds any more
 * (EN-69, D71). Only the whole-library listing has that order; an undated asset proves nothing.
 */
export function isPastBounds(capturedAtMs: number | undefined, { fromMs }: DateBounds): boolean {
  return (
    fromMs !== undefined &&
    capturedAtMs !== undefined &&
    capturedAtMs < fromMs - EARLY_STOP_SLACK_MS
  );
}
