import type { HeaderView } from './types.js';

/** Wraps undici's header record, whose names are lower-case. */
export function headerView(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): HeaderView {
  return {
    get: (name) => {
      const value = headers[name.toLowerCase()];
      return Array.isArray(value) ? value.join(', ') : value;
    },
  };
}
