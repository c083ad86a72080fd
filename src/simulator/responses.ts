/** Answers that several sites give. */

import type { SimResponse } from './http-io.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/** A JSON answer with the content type that setup and CloudKit use. */
export function json(status: number, body: unknown, extra: Partial<SimResponse> = {}): SimResponse {
  return {
    ...extra,
    status,
    headers: { 'Content-Type': 'application/json; charset=UTF-8', ...extra.headers },
    body: JSON.stringify(body),
  };
}

/** The object in `body`; an empty one when it is not JSON, or not an object. */
export function objectIn(body: Buffer): JsonObject {
  try {
    return asObject(JSON.parse(body.toString('utf8')));
  } catch {
    return {};
  }
}

/** `value` when it is an object and not a list, else an empty one. */
export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
