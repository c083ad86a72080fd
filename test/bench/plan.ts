/** What the benchmark and its server agree on. */
export const USERNAME = 'jane@example.com';
export const PASSWORD = 'correct horse battery';

export interface ServerPlan {
  readonly assets: number;
  /** Size of each original. */
  readonly bytes: number;
  /** Assets of a shared library beside the own one. */
  readonly shared?: number;
  readonly albums?: number;
  /** Assets in each album, half of them also in the next one. */
  readonly members?: number;
  /** Where to write a list of all originals for curl. */
  readonly curlList?: string;
}
