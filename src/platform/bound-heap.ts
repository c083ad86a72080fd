import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const MIB = 1024 * 1024;
/** Bytes of the space for new objects, both halves together, from which on it grows no more. */
const ENOUGH_YOUNG_BYTES = 8 * MIB;
/** How much the heap may grow beyond what the last full collection left before the next one. */
const GARBAGE_BYTES = 12 * MIB;
/** The last version of Node whose V8 is known to have the flag for the space for new objects. */
const LAST_NODE = 24;

let isBound = false;

/**
 * Keeps V8's heap near what is in use, about 20 MB in any run (D74). By itself V8 lets garbage grow to
 * several times that, and doubles the space for new objects for as long as a run is busy: a long run
 * would take far more memory than a short one, for hardly any time. V8's own setting for the first
 * counts the buffers of downloads too, and would collect all the time while a large file passes.
 */
export function boundHeap(): void {
  if (isBound) return;
  isBound = true;
  const collect = collector();
  const canHold = Number(process.versions.node.split('.', 1)[0]) <= LAST_NODE;
  let isHeld = false;
  let left = getHeapStatistics().used_heap_size;
  // A thread that starts gives V8 its flags anew, for the whole process.
  process.on('worker', (worker) => {
    worker.once('online', () => {
      if (isHeld) holdYoung();
    });
  });
  const observer = new PerformanceObserver(() => {
    if (!isHeld && canHold && youngBytes() >= ENOUGH_YOUNG_BYTES) {
      holdYoung();
      isHeld = true;
    }
    if (getHeapStatistics().used_heap_size < left + GARBAGE_BYTES) return;
    collect();
    left = getHeapStatistics().used_heap_size;
  });
  observer.observe({ entryTypes: ['gc'] });
}

/** From now on the space for new objects keeps its size. */
function holdYoung(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

function youngBytes(): number {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  return space?.space_size ?? 0;
}

/** V8's full collection, about 10 ms; it is there only in a context made after its flag was set. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const found = runInNewContext('gc') as (() => void) | undefined;
  setFlagsFromString('--no-expose-gc');
  return found ?? (() => undefined);
}
