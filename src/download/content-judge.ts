import type { AppleChecksumVerdict } from '../domain/outcome.js';
import { appleChecksumMismatch, contentRejected } from '../errors/download-errors.js';
import { checkContent } from './check-content.js';
import { checkAgainstApple, type AppleChecksum } from './content-hash.js';
import type { FetchReport } from './fetch-part.js';
import type { PartFile } from './part-file.js';

export interface Judgement {
  readonly verdict: AppleChecksumVerdict;
  /** What is odd about bytes that are kept all the same. */
  readonly warnings: readonly string[];
}

/** Decides whether the bytes of one file's partial may be published; remembers earlier downloads. */
export class ContentJudge {
  readonly #path: string;
  /** The last download from byte 0 that Apple's checksum did not match (D51). */
  #mismatched: { readonly sha256: string; readonly inOnePiece: boolean } | undefined;

  /** `path` is the final path: its extension says what the content should be. */
  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Judges a partial of the right size. What does not pass is thrown away, and the error says why:
   * `CONTENT_REJECTED` (DL-40 to DL-45) or `APPLE_CHECKSUM_MISMATCH` (D51). Bytes that Apple's
   * checksum proves always pass (D43).
   */
  async judge(part: PartFile, expected: AppleChecksum, report: FetchReport): Promise<Judgement> {
    const verdict = checkAgainstApple(part.digests(), expected);
    const finding = await checkContent(part.head, this.#path);
    if (verdict !== 'verified') {
      if (report.claimedErrorPage) await this.#reject(part, 'it is an HTML or JSON page');
      if (finding.verdict === 'bad') await this.#reject(part, finding.what);
    }
    if (verdict === 'mismatch' && !this.#isAppleWrong(part, report)) {
      await part.restart();
      throw appleChecksumMismatch(this.#path);
    }
    const warnings: string[] = [];
    if (verdict === 'mismatch') {
      warnings.push("two downloads agree with each other but not with Apple's checksum");
    }
    if (finding.verdict !== 'fine') warnings.push(finding.what);
    if (report.claimedErrorPage) warnings.push('iCloud called it an HTML or JSON page');
    if (report.sizeUnknown) warnings.push('nobody said how many bytes it has');
    return { verdict, warnings };
  }

  async #reject(part: PartFile, what: string): Promise<never> {
    await part.restart();
    throw contentRejected(this.#path, what);
  }

  /**
   * D51: bytes that do not match are kept only when two whole downloads from byte 0, the second
   * with a URL and checksum looked up in between, are the same. The lookup is the caller's. One of
   * them must have come in one piece: pieces that were joined wrongly are wrong twice in the same way.
   */
  #isAppleWrong(part: PartFile, { resumedFrom }: FetchReport): boolean {
    if (part.isInherited) return false;
    const before = this.#mismatched;
    const now = { sha256: part.digests().sha256, inOnePiece: resumedFrom === 0 };
    this.#mismatched = now;
    return now.sha256 === before?.sha256 && (now.inOnePiece || before.inOnePiece);
  }
}
