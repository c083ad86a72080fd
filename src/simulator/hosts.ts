/** Which of Apple's services a host name stands for (protocol 0.1), for both regions. */

import type { SiteName } from './http-io.js';

const hosts: readonly (readonly [RegExp, SiteName])[] = [
  [/^idmsa\.apple\.com(\.cn)?$/, 'idmsa'],
  [/^(p\d+-)?setup\.icloud\.com(\.cn)?$/, 'setup'],
  [/^(www\.)?icloud\.com(\.cn)?$/, 'setup'],
  [/^(p\d+-)?ckdatabasews\.icloud\.com(\.cn)?$/, 'ckdatabase'],
  [/^[a-z0-9-]+(\.[a-z0-9-]+)*\.icloud-content\.com(\.cn)?$/, 'content'],
];

/** Host of the endpoint that steers a running simulator; never one of Apple's. */
export const controlHost = 'control.localhost';

/** Strips the port and lower-cases: `P61-CKDatabaseWS.iCloud.com:443` is one of our hosts too. */
export function hostOf(header: string | undefined): string {
  return (header ?? '').replace(/:\d+$/, '').toLowerCase();
}

/** The service behind `host` (as {@link hostOf} returns it), or `undefined` when we play none. */
export function siteOf(host: string): SiteName | undefined {
  return hosts.find(([pattern]) => pattern.test(host))?.[1];
}

/** `cn` for the hosts of China mainland accounts, else `com`. */
export function regionOf(host: string): 'com' | 'cn' {
  return host.endsWith('.cn') ? 'cn' : 'com';
}

/** The number in `p61-ckdatabasews…`, or `undefined` for a host without partition. */
export function partitionOf(host: string): number | undefined {
  const found = /^p(\d+)-/.exec(host)?.[1];
  return found === undefined ? undefined : Number(found);
}
