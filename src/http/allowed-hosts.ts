/** Hosts that may see the session's cookies and the sign-in (protocol 0.1). */
export const API_HOSTS: readonly string[] = [
  'apple.com',
  'icloud.com',
  'apple.com.cn',
  'icloud.com.cn',
];

/** Hosts that file content may come from (protocol 0.1, 8.1). */
export const DOWNLOAD_HOSTS: readonly string[] = [
  'icloud-content.com',
  'icloud-content.com.cn',
  'cdn-apple.com',
];

/** True when `host` is one of `domains` or lies below one, compared label by label. */
export function isHostWithin(host: string, domains: readonly string[]): boolean {
  const name = host.toLowerCase();
  return domains.some((domain) => name === domain || name.endsWith(`.${domain}`));
}

/** The parsed URL when it is https, without user name, on one of `domains`; else undefined. */
export function allowedUrl(text: string, domains: readonly string[]): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const plain = url.protocol === 'https:' && url.username === '' && url.password === '';
  return plain && isHostWithin(url.hostname, domains) ? url : undefined;
}
