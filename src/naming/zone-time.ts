import type { Asset, FolderTimezone } from '../domain/index.js';

/** Seconds east of UTC that the host's zone had at an instant (milliseconds since 1970 UTC). */
export type HostOffset = (instantMs: number) => number;

/** An instant together with the offset by which people there read their clocks. */
export interface WallTime {
  readonly instantMs: number;
  readonly offsetSeconds: number;
}

const EPOCH: WallTime = { instantMs: 0, offsetSeconds: 0 };
const MAX_OFFSET_SECONDS = 18 * 3600;

/** The zone of the machine, as the runtime knows it: the `HostOffset` of a real run. */
export const systemHostOffset: HostOffset = (instantMs) => {
  const host = new Date(instantMs);
  const asUtc = utcInstant({
    year: host.getFullYear(),
    month: host.getMonth() + 1,
    day: host.getDate(),
    hour: host.getHours(),
    minute: host.getMinutes(),
    second: host.getSeconds(),
  });
  return asUtc - Math.floor(instantMs / 1000);
};

/** A calendar reading without a zone; month and day count from 1. */
interface CalendarTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** Seconds since 1970 of a reading taken in UTC, also for years below 100. */
export function utcInstant(time: CalendarTime): number {
  const date = new Date(0);
  date.setUTCFullYear(time.year, time.month - 1, time.day);
  date.setUTCHours(time.hour, time.minute, time.second);
  return date.getTime() / 1000;
}

/**
 * The clock reading that an asset's date folders show (D7): its own offset at capture when that is
 * whole minutes within 18 hours, else the host's. A missing date, or one outside the years 1 to
 * 9999, is the epoch in UTC (D87, D88).
 */
export function captureTime(
  asset: Pick<Asset, 'capturedAtMs' | 'timeZoneOffsetSeconds'>,
  zone: FolderTimezone,
  hostOffset: HostOffset,
): WallTime {
  const instantMs = asset.capturedAtMs;
  if (instantMs === undefined || !isDated(instantMs, 0)) return EPOCH;
  const own = asset.timeZoneOffsetSeconds;
  const offsetSeconds =
    zone === 'capture' && own !== undefined && isOffset(own) ? own : hostOffset(instantMs);
  return isDated(instantMs, offsetSeconds) ? { instantMs, offsetSeconds } : EPOCH;
}

function isOffset(seconds: number): boolean {
  return seconds % 60 === 0 && Math.abs(seconds) <= MAX_OFFSET_SECONDS;
}

function isDated(instantMs: number, offsetSeconds: number): boolean {
  const year = new Date(instantMs + offsetSeconds * 1000).getUTCFullYear();
  return year >= 1 && year <= 9999;
}
