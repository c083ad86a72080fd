/** Loaded before kei: another time of day, and jumps of it while kei runs. */
const preload = (ahead: string) => `
const RealDate = Date;
const real = RealDate.now.bind(RealDate);
const startedAt = real();
const now = () => {
  const elapsed = real() - startedAt;
  return real() + (${ahead});
};
globalThis.Date = class extends RealDate {
  constructor(...given) {
    super(...(given.length === 0 ? [now()] : given));
  }
  static now() {
    return now();
  }
};
`;

/**
 * The environment in which a Node process reads a wrong clock. `ahead`: by how many milliseconds, as
 * a JavaScript expression of `elapsed`, the milliseconds since its start.
 */
export function clockAhead(ahead: number | string): Readonly<Record<string, string>> {
  const source = encodeURIComponent(preload(String(ahead)));
  return { NODE_OPTIONS: `--import=data:text/javascript,${source}` };
}
