/** What Apple's own checksum says of a file (apple-checksum.md). */
export type AppleChecksumVerdict = 'verified' | 'mismatch' | 'unknown';

/** How an attempt to have one planned file ended. */
export type FileOutcome<Failure = Error> =
  | {
      readonly status: 'downloaded';
      /** Bytes received over the network for this file, discarded attempts included. */
      readonly bytesReceived: number;
      readonly sizeBytes: number;
      /** SHA-256 (hex) of the downloaded bytes, and of the final file where metadata changed it. */
      readonly sha256: string;
      readonly finalSha256: string;
      readonly appleChecksum: AppleChecksumVerdict;
      /** Size of the partial that the last attempt continued; 0 when it started afresh. */
      readonly resumedFrom: number;
      readonly attempts: number;
      readonly warnings: readonly string[];
    }
  | {
      readonly status: 'failed';
      readonly error: Failure;
      readonly attempts: number;
      readonly bytesReceived: number;
    }
  /** Stopped by a shutdown: not a failure, the partial is kept (SD-7). */
  | { readonly status: 'cancelled'; readonly bytesReceived: number };
