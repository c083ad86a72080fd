/** The system's code of a failed call, such as `ENOENT`; empty when it has none. */
export function errno(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}
