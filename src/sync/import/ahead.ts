/**
 * Passes items on in their order while `prepare` is already at work for the next ones, at most
 * `limit` of them. A preparation that fails does so when its item's turn comes.
 */
export async function* ahead<T>(
  items: AsyncIterable<T>,
  limit: number,
  prepare: (item: T) => Promise<void>,
): AsyncGenerator<T> {
  const waiting: { readonly item: T; readonly ready: Promise<void> }[] = [];
  const next = async (): Promise<T[]> => {
    const first = waiting.shift();
    await first?.ready;
    return first === undefined ? [] : [first.item];
  };
  for await (const item of items) {
    const ready = prepare(item);
    // Its turn comes later, and with it whoever waits for the failure.
    ready.catch(() => undefined);
    waiting.push({ item, ready });
    if (waiting.length >= limit) yield* await next();
  }
  while (waiting.length > 0) yield* await next();
}
