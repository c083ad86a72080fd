import { DOWNLOAD_HOSTS, isHostWithin } from '../http/allowed-hosts.js';

/** No user name, no other port, no backslash can pass: what follows https:// is a bare host. */
const HTTPS_URL = /^https:\/\/([A-Za-z0-9.-]+)(?::443)?\//;

/**
 * True when file content may be fetched from this URL: https, on one of Apple's content hosts
 * (EN-32). Asked for every rendition of every asset, so it reads the text instead of parsing it;
 * the download client checks the parsed URL again.
 */
export function isDownloadUrl(url: string): boolean {
  const host = HTTPS_URL.exec(url)?.[1];
  return host !== undefined && isHostWithin(host, DOWNLOAD_HOSTS);
}
