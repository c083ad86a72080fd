/** `undefined` becomes NULL. */
export function orNull<T>(value: T | undefined): T | null {
  return value ?? null;
}

/** An INTEGER column takes no fraction; `undefined` becomes NULL. */
export function wholeOrNull(value: number | undefined): number | null {
  return value === undefined ? null : Math.trunc(value);
}
