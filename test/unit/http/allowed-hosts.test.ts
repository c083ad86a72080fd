import { describe, expect, it } from 'vitest';
import { allowedUrl, API_HOSTS, DOWNLOAD_HOSTS } from '../../../src/http/allowed-hosts.js';

describe('protocol 0.1: hosts are allowed by whole labels', () => {
  it.each([
    ['https://setup.icloud.com/setup/ws/1/validate', API_HOSTS, true],
    ['https://p61-ckdatabasews.icloud.com:443/database/1', API_HOSTS, true],
    ['https://idmsa.apple.com.cn/appleauth/auth', API_HOSTS, true],
    ['https://ICLOUD.COM/', API_HOSTS, true],
    ['https://evilicloud.com/', API_HOSTS, false],
    ['https://icloud.com.evil.example/', API_HOSTS, false],
    ['http://setup.icloud.com/', API_HOSTS, false],
    ['https://user:pw@setup.icloud.com/', API_HOSTS, false],
    ['https://setup.icloud.com@evil.example/', API_HOSTS, false],
    ['https://cvws.icloud-content.com/B/x', API_HOSTS, false],
    ['https://cvws.icloud-content.com/B/x', DOWNLOAD_HOSTS, true],
    ['https://cvws-h2.icloud-content.com.cn/B/x', DOWNLOAD_HOSTS, true],
    ['https://notcdn-apple.com/', DOWNLOAD_HOSTS, false],
    ['not a url', DOWNLOAD_HOSTS, false],
  ])('%s', (url, hosts, allowed) => {
    expect(allowedUrl(url, hosts) !== undefined).toBe(allowed);
  });
});
