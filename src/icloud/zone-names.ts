/** The personal library: `PrimarySync`, on some accounts followed by digits (D78). */
export function isPrimaryZone(zoneName: string): boolean {
  return /^PrimarySync\d*$/.test(zoneName);
}

/** An iCloud Shared Photo Library (protocol 5.2). */
export function isSharedZone(zoneName: string): boolean {
  return /^SharedSync-.+$/.test(zoneName);
}
