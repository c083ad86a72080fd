/** A value of a table: text, a number, or nothing. */
export type Cell = string | number | null;

/**
 * One record of RFC 4180, with its line end. Nothing is changed: a name that begins like a formula
 * is written as it is, so that the file says what is there.
 */
export function csvRecord(cells: readonly Cell[]): string {
  return `${cells.map(field).join(',')}\r\n`;
}

function field(cell: Cell): string {
  const text = cell === null ? '' : String(cell);
  return /[",\r\n]|^\s|\s$/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
