/** The suffix of the policy `name-id7`, made from the master record name (cli 6.7, DL-65, D30). */
export function id7Suffix(masterId: string): string {
  return `_${Buffer.from(masterId).toString('base64url').slice(0, 7)}`;
}
