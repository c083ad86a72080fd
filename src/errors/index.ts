/**
 * Every failure that a user can meet, as a typed error with a stable code, a sentence and a remedy.
 * One file for each family; the layer that understands a failure classifies it, the command line
 * alone prints it and picks the exit code.
 */
export { KeiError, isKeiError, type ErrorFacts, type ErrorKind } from './kei-error.js';
export { cancelled, rethrowIfCancelled } from './cancelled.js';
export { diskError, isAboutOnePath, isDiskErrno } from './file-errors.js';
