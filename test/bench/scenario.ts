import type { Usage } from './run-process.js';

/** One line of the report. */
export interface Row {
  readonly what: string;
  readonly files?: number;
  readonly bytes?: number;
  readonly usage: Usage;
  readonly note?: string;
}

/** A scenario of `count` files; its default is what the published numbers are about. */
export interface Scenario {
  readonly title: string;
  readonly count: number;
  readonly run: (count: number) => AsyncGenerator<Row>;
}
