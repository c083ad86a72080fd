/**
 * A zone as folders show it (cli 5.2, D78): `PrimarySync` without its digits, `SharedSync-` with
 * the first eight characters of its id, anything else unchanged.
 */
export function shortLibraryName(zone: string): string {
  if (/^PrimarySync\d*$/.test(zone)) return 'PrimarySync';
  return /^SharedSync-.{8}/su.exec(zone)?.[0] ?? zone;
}
