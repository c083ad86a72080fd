/** What a run tells the person who watches it. */
export interface Progress {
  /** Photos of one more pass, as soon as their number is known; the bar's length (OB-40). */
  addTotal(assets: number): void;
  /** One more asset is dealt with: downloaded, skipped or failed. */
  advance(): void;
  /** Bytes that arrived since the last call. */
  addBytes(bytes: number): void;
  /** The file that was finished last. */
  show(message: string): void;
  /** Text that must appear above the bar. */
  write(line: string): void;
  stop(): void;
}

/** Progress that shows nothing: pipes, cron, `--no-progress-bar`; lines go to `write` unchanged. */
export function silentProgress(write: (line: string) => void): Progress {
  const nothing = () => undefined;
  return {
    addTotal: nothing,
    advance: nothing,
    addBytes: nothing,
    show: nothing,
    write,
    stop: nothing,
  };
}
