import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Bytes, for both halves together. */
const ENOUGH_BYTES = 8 * 1024 * 1024;
/** The last version of Node whose V8 is known to have the flag. */
const LAST_NODE = 24;

/**
 * Keeps V8's space for new objects from growing beyond 16 MiB. By itself it doubles for as long as a
 * run is busy, up to 32 MiB, or 128 MiB in Node 24: a long run would take that much more memory than
 * a short one (D74), for hardly any time. V8 has no setting for this once it runs, other than by
 * which factor the space grows.
 */
export function boundYoungGeneration(): void {
  if (Number(process.versions.node.split('.', 1)[0]) > LAST_NODE) return;
  const observer = new PerformanceObserver(() => {
    if (youngBytes() < ENOUGH_BYTES) return;
    setFlagsFromString('--semi-space-growth-factor=1');
    observer.disconnect();
  });
  observer.observe({ entryTypes: ['gc'] });
}

function youngBytes(): number {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  return space?.space_size ?? 0;
}
