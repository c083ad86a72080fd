/** Faults in the bytes of an answer and in the connection that carries them. */

import {
  appendSource,
  bufferSource,
  collectSource,
  corruptSource,
  cutSource,
  patternSource,
} from './byte-sources.js';
import type { Delivery } from './delivery.js';
import {
  isByteFault,
  isJsonFault,
  isWireFault,
  type ByteFault,
  type FaultAction,
  type WireFault,
} from './fault-actions.js';
import { alteredBody } from './fault-records.js';
import type { SimRequest } from './http-io.js';

/** Changes `delivery` as the fault says; faults that act elsewhere do nothing here. */
export async function disturb(
  delivery: Delivery,
  action: FaultAction,
  request: SimRequest,
): Promise<void> {
  if (isByteFault(action)) changeBytes(delivery, action);
  if (isWireFault(action)) changeWire(delivery, action);
  if (isJsonFault(action)) {
    replaceBody(delivery, alteredBody(action, await collectSource(delivery.body), request));
  }
}

function changeWire(delivery: Delivery, action: WireFault): void {
  switch (action.kind) {
    case 'delay':
      delivery.delayMs += action.ms;
      break;
    case 'drop':
      delivery.cut = { afterBytes: action.afterBytes, how: action.how ?? 'close' };
      break;
    case 'stall':
      delivery.stall = { afterBytes: action.afterBytes, ms: action.ms };
      break;
    case 'trickle':
      delivery.pace = { bytes: Math.max(1, action.bytes), everyMs: action.everyMs };
      break;
    case 'chunked':
      delivery.announced = 'chunked';
      break;
  }
}

function changeBytes(delivery: Delivery, action: ByteFault): void {
  switch (action.kind) {
    case 'truncate':
      truncate(delivery, action);
      break;
    case 'extraBytes': {
      const original = delivery.body.size;
      delivery.body = appendSource(delivery.body, Buffer.alloc(action.count, '.'));
      delivery.announced = action.length === 'original' ? original : delivery.body.size;
      break;
    }
    case 'corrupt': {
      const start = rangeStart(delivery);
      const offsets = action.offsets.map((offset) => offset - start);
      delivery.body = corruptSource(delivery.body, offsets);
      break;
    }
    case 'swap':
      swap(delivery, action);
      break;
    case 'contentRange':
      changeContentRange(delivery, action);
      break;
    case 'rangeNotSatisfiable': {
      const size = totalSize(delivery);
      delivery.status = 416;
      delivery.headers = { 'Content-Range': `bytes */${size}`, 'Content-Type': 'text/plain' };
      replaceBody(delivery, Buffer.alloc(0));
      break;
    }
  }
}

function replaceBody(delivery: Delivery, body: Buffer): void {
  delivery.body = bufferSource(body);
  delivery.announced = body.length;
}

function truncate(delivery: Delivery, action: ByteFault & { kind: 'truncate' }): void {
  const { size } = delivery.body;
  const kept = action.keepBytes ?? size - (action.cutBytes ?? Math.ceil(size / 2));
  delivery.body = cutSource(delivery.body, kept);
  delivery.announced = action.length === 'short' ? delivery.body.size : size;
}

function swap(delivery: Delivery, action: ByteFault & { kind: 'swap' }): void {
  const { text, base64, fill } = action;
  if (fill !== undefined) {
    delivery.body = patternSource(delivery.body.size, Buffer.from([fill]));
    return;
  }
  replaceBody(
    delivery,
    base64 === undefined ? Buffer.from(text ?? '') : Buffer.from(base64, 'base64'),
  );
}

const contentRange = /^bytes (\d+)-(\d+)\/(\d+)$/;

function rangeStart(delivery: Delivery): number {
  return Number(contentRange.exec(delivery.headers['Content-Range'] ?? '')?.[1] ?? 0);
}

function totalSize(delivery: Delivery): number {
  const total = contentRange.exec(delivery.headers['Content-Range'] ?? '')?.[3];
  return total === undefined ? delivery.body.size : Number(total);
}

function changeContentRange(
  delivery: Delivery,
  action: ByteFault & { kind: 'contentRange' },
): void {
  const found = contentRange.exec(delivery.headers['Content-Range'] ?? '');
  if (!found) return;
  const { 'Content-Range': value = '', ...others } = delivery.headers;
  const [start, end, total] = found.slice(1).map(Number);
  const by = action.by ?? 1;
  const changed = {
    start: `bytes ${(start ?? 0) + by}-${(end ?? 0) + by}/${total ?? 0}`,
    total: `bytes ${start ?? 0}-${end ?? 0}/${(total ?? 0) + by}`,
    malformed: `bytes=${start ?? 0}..${end ?? 0}`,
    unit: value.replace('bytes', 'items'),
    missing: undefined,
  }[action.how];
  delivery.headers = changed === undefined ? others : { ...others, 'Content-Range': changed };
}
