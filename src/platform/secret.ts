import { inspect } from 'node:util';

const MASK = '********';

/**
 * A text that must not reach a log, an error or a JSON document by accident: every way of printing
 * it shows a mask (cli 1.6). Only `reveal()` gives the text.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself; keep the result in the smallest scope that needs it. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return MASK;
  }

  toJSON(): string {
    return MASK;
  }

  [inspect.custom](): string {
    return MASK;
  }
}
