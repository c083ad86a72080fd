/**
 * Works on items side by side, at most `limit` at a time, and yields what comes out, the first one
 * done first. Items are pulled as places become free. When `signal` fires it ends at once and lets
 * go of what is under way; a `work` that rejects ends it with that error.
 */
export async function* inParallel<Item, Result>(
  items: Iterable<Item>,
  limit: number,
  work: (item: Item) => Promise<Result>,
  signal?: AbortSignal,
): AsyncGenerator<Result> {
  const source = items[Symbol.iterator]();
  const done: { readonly result: Result }[] = [];
  let active = 0;
  let failure: { readonly error: unknown } | undefined;
  let wake: () => void = () => undefined;
  const stop = () => {
    wake();
  };
  signal?.addEventListener('abort', stop);

  function start(item: Item): void {
    active += 1;
    work(item)
      .then(
        (result) => void done.push({ result }),
        (error: unknown) => {
          failure ??= { error };
        },
      )
      .finally(() => {
        active -= 1;
        wake();
      });
  }

  try {
    for (let exhausted = false; ;) {
      while (!exhausted && active + done.length < limit) {
        const next = source.next();
        if (next.done === true) exhausted = true;
        else start(next.value);
      }
      if (signal?.aborted === true) return;
      if (failure !== undefined) throw failure.error;
      const next = done.shift();
      if (next !== undefined) {
        yield next.result;
      } else if (active === 0) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    source.return?.();
  }
}
