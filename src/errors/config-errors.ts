import { KeiError } from './kei-error.js';

/** One thing that is wrong with the configuration, as a whole sentence. */
export interface ConfigProblem {
  /** Stable, e.g. `CONFIG_INVALID_VALUE`, `CONFIG_UNKNOWN_KEY`, `CONFIG_NOT_BUILT`. */
  readonly code: string;
  readonly message: string;
  /** The dotted key, when one is to blame. */
  readonly key?: string | undefined;
  /** The line of the file where the key stands (D21). */
  readonly line?: number | undefined;
  /** True when a flag of this command line, not the configuration, is to blame. */
  readonly onCommandLine?: boolean | undefined;
}

/** Every problem of a configuration at once; `problems` keeps them apart. */
export class ConfigError extends KeiError {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(
    problems: readonly ConfigProblem[],
    options: { path?: string | undefined; hint?: string | undefined; cause?: unknown } = {},
  ) {
    const [first] = problems;
    const sameCode = problems.every((problem) => problem.code === first?.code);
    const usage = problems.length > 0 && problems.every((problem) => problem.onCommandLine);
    super({
      code: sameCode && first !== undefined ? first.code : 'CONFIG_INVALID',
      // A bad flag is a mistake of this command line: exit 64 (D3).
      kind: usage ? 'usage' : 'config',
      message: describe(problems, options.path),
      hint: options.hint,
      facts: { path: options.path, problems: problems.length, key: first?.key, line: first?.line },
      cause: options.cause,
    });
    this.problems = problems;
  }
}

function describe(problems: readonly ConfigProblem[], path: string | undefined): string {
  const [first] = problems;
  if (first !== undefined && problems.length === 1) {
    return first.line === undefined || path === undefined
      ? first.message
      : `${first.message} (${path}, line ${first.line})`;
  }
  const lines = problems.map(({ line, message }) =>
    line === undefined ? `  ${message}` : `  line ${line}: ${message}`,
  );
  const where = path === undefined ? 'The configuration' : `The configuration ${path}`;
  return [`${where} has ${problems.length} problems:`, ...lines].join('\n');
}
