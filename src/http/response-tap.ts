import type { Dispatcher } from 'undici';

type ResponseHeaders = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

export interface ResponseTap {
  /** The final status line and headers, before the caller sees them. */
  onStart?(status: number, headers: ResponseHeaders): void;
  onFailure?(error: Error): void;
}

/** Passes everything on to `inner` and tells `tap` how the answer began, or that it failed. */
export function tapResponse(
  inner: Dispatcher.DispatchHandler,
  tap: ResponseTap,
): Dispatcher.DispatchHandler {
  return {
    onRequestStart: (controller, context) => inner.onRequestStart?.(controller, context),
    onRequestUpgrade: (controller, status, headers, socket) =>
      inner.onRequestUpgrade?.(controller, status, headers, socket),
    onResponseStart: (controller, status, headers, message) => {
      // Interim answers (100, 103) say nothing that a client of ours uses.
      if (status < 200) return;
      tap.onStart?.(status, headers);
      inner.onResponseStart?.(controller, status, headers, message);
    },
    onResponseData: (controller, chunk) => inner.onResponseData?.(controller, chunk),
    onResponseEnd: (controller, trailers) => inner.onResponseEnd?.(controller, trailers),
    onResponseError: (controller, error) => {
      tap.onFailure?.(error);
      inner.onResponseError?.(controller, error);
    },
  };
}
