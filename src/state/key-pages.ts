/** Rows of a page: enough to be quick, and a few hundred kilobytes at most (D74). */
const PAGE_ROWS = 1000;

/**
 * All rows of a query in the order of a key, page by page, so that any number of them takes no more
 * memory than a page, and others may write between two pages. `fetch` gets the last row of the page
 * before (`undefined` at first) and how many rows to return at most of those behind it.
 */
export function* keyPages<Row>(
  fetch: (last: Row | undefined, limit: number) => readonly Row[],
): Generator<Row, void> {
  let last: Row | undefined;
  for (;;) {
    const rows = fetch(last, PAGE_ROWS);
    yield* rows;
    last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
  }
}
