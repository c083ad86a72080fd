/** Collects the newest of what it is offered; its memory is bounded by the limit, not by the input. */
export interface Newest<T> {
  /** An instant in milliseconds; `undefined` is the epoch (D87). Of equals, the first offered stays. */
  offer(item: T, capturedAtMs: number | undefined): void;
  /** What was kept, newest first. */
  take(): readonly T[];
}

interface Entry<T> {
  readonly item: T;
  readonly instantMs: number;
  readonly order: number;
}

/**
 * The newest `limit` of a pass by capture date, whatever order the pass is listed in: album order
 * is unknown (`recent` with scope `per-filter`, cli 4.6, D71, D79).
 */
export function collectNewest<T>(limit: number): Newest<T> {
  // A heap with the oldest on top, because that is the one to give way.
  const heap: Entry<T>[] = [];
  let offered = 0;
  return {
    offer(item, capturedAtMs) {
      const entry = { item, instantMs: capturedAtMs ?? 0, order: offered };
      offered += 1;
      const [oldest] = heap;
      if (heap.length < limit) siftUp(heap, entry);
      else if (oldest !== undefined && isOlder(oldest, entry)) siftDown(heap, entry);
    },
    take: () => [...heap].sort((a, b) => (isOlder(a, b) ? 1 : -1)).map(({ item }) => item),
  };
}

function isOlder<T>(one: Entry<T>, other: Entry<T>): boolean {
  return one.instantMs === other.instantMs
    ? one.order > other.order
    : one.instantMs < other.instantMs;
}

function siftUp<T>(heap: Entry<T>[], entry: Entry<T>): void {
  let at = heap.length;
  while (at > 0) {
    const parentAt = (at - 1) >> 1;
    const parent = heap[parentAt];
    if (parent === undefined || isOlder(parent, entry)) break;
    heap[at] = parent;
    at = parentAt;
  }
  heap[at] = entry;
}

/** Puts an entry in the place of the top. */
function siftDown<T>(heap: Entry<T>[], entry: Entry<T>): void {
  let at = 0;
  for (;;) {
    let childAt = 2 * at + 1;
    let child = heap[childAt];
    const right = heap[childAt + 1];
    if (child !== undefined && right !== undefined && isOlder(right, child)) {
      childAt += 1;
      child = right;
    }
    if (child === undefined || isOlder(entry, child)) break;
    heap[at] = child;
    at = childAt;
  }
  heap[at] = entry;
}
