/** The stream that a bar is drawn on. */
export type BarStream = NodeJS.WritableStream & { readonly columns?: number };

const USUAL = 80;
const LEAST = 20;

/** A line cut to the terminal, so that it never wraps; a terminal without a size says 0. */
export function fitted(line: string, { columns = 0 }: BarStream): string {
  return line.slice(0, Math.max(LEAST, (columns === 0 ? USUAL : columns) - 1));
}
