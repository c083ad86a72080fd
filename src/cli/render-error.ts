import { diskError, isDiskErrno, isKeiError } from '../errors/index.js';

/**
 * An error as the lines that a person reads: the sentence, then the remedy. Only an error that
 * nobody classified shows its stack, because only that one is a defect of kei.
 */
export function renderError(error: unknown): string {
  if (isKeiError(error)) {
    const cause = error.kind === 'bug' ? `\n${stackOf(error)}` : '';
    return `Error: ${error.message}${error.hint === undefined ? '' : `\n  ${error.hint}`}${cause}`;
  }
  // A machine that fails where nobody expected it is no defect either.
  if (isDiskErrno(error) && error.path !== undefined) {
    return renderError(diskError('use', error.path, error));
  }
  return [
    `Error: kei met a situation that it does not know (${messageOf(error)}).`,
    '  This is a defect. Nothing that was finished is lost; please report the lines below.',
    stackOf(error),
  ].join('\n');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function stackOf(error: unknown): string {
  return error instanceof Error && error.stack !== undefined ? error.stack : String(error);
}
