import { describe, expect, it } from 'vitest';
import { hostOf, partitionOf, regionOf, siteOf } from '../../../src/simulator/hosts.js';

describe('hosts', () => {
  it.each([
    ['idmsa.apple.com', 'idmsa'],
    ['idmsa.apple.com.cn', 'idmsa'],
    ['setup.icloud.com', 'setup'],
    ['p61-setup.icloud.com:443', 'setup'],
    ['setup.icloud.com.cn', 'setup'],
    ['www.icloud.com', 'setup'],
    ['P61-CKDatabaseWS.iCloud.com:443', 'ckdatabase'],
    ['p201-ckdatabasews.icloud.com.cn', 'ckdatabase'],
    ['cvws.icloud-content.com', 'content'],
    ['cvws-h2.icloud-content.com', 'content'],
    ['cvws.icloud-content.com.cn', 'content'],
    ['ckdatabasews.icloud.com.evil.example', undefined],
    ['127.0.0.1:8080', undefined],
    [undefined, undefined],
  ])('%s is %s', (header, site) => {
    expect(siteOf(hostOf(header))).toBe(site);
  });

  it('knows region and partition', () => {
    expect(regionOf('setup.icloud.com.cn')).toBe('cn');
    expect(regionOf('setup.icloud.com')).toBe('com');
    expect(partitionOf('p61-ckdatabasews.icloud.com')).toBe(61);
    expect(partitionOf('setup.icloud.com')).toBeUndefined();
  });
});
