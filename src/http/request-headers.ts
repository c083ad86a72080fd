import type { Dispatcher } from 'undici';

type Headers = NonNullable<Dispatcher.DispatchOptions['headers']>;

/** A copy of a request's headers with one more; our clients always give them as a record. */
export function withHeader(
  headers: Headers | null | undefined,
  name: string,
  value: string,
): Headers {
  if (headers === undefined || headers === null) return { [name]: value };
  if (Symbol.iterator in headers) throw new TypeError('Request headers must be a record.');
  return { ...headers, [name]: value };
}
