import { LISTING_CAP } from '../state/index.js';

/** The findings of an offline command: one line each, capped, then an empty line (engine 6.7). */
export class IssueList {
  readonly #print: (line: string) => void;
  #count = 0;

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  add(line: string): void {
    this.#count += 1;
    if (this.#count <= LISTING_CAP) this.#print(line);
  }

  end(): void {
    const more = this.#count - LISTING_CAP;
    if (more > 0) {
      this.#print(`... and ${more} more issue(s) not listed (listing capped at ${LISTING_CAP})`);
    }
    if (this.#count > 0) this.#print('');
  }
}
