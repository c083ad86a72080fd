import { expect, test } from 'vitest';
import { isDownloadUrl } from '../../../src/icloud/download-host.js';
import { mediaKindOf, type KindClues } from '../../../src/icloud/media-kind.js';

test.each<[KindClues['typeIds'], number | undefined, string | undefined, 'image' | 'video']>([
  [['org.webmproject.webp'], undefined, undefined, 'image'],
  [['PUBLIC.HEIC'], 2, 'a.mov', 'image'],
  [['com.compuserve.gif'], undefined, undefined, 'image'],
  [['com.canon.cr3-raw-image'], undefined, undefined, 'image'],
  [['public.mpeg-4'], 1, 'a.jpg', 'video'],
  [[undefined, 'public.jpeg'], 2, undefined, 'image'],
  [['dyn.unknown'], 1, 'a.mov', 'image'],
  [['dyn.unknown'], 2, 'a.jpg', 'video'],
  [['dyn.unknown'], undefined, 'photo.HEIC', 'image'],
  [['dyn.unknown'], 7, 'a.b.webp', 'image'],
  [[undefined], undefined, 'a.txt', 'video'],
  [[undefined], undefined, undefined, 'video'],
])(
  'D39, EN-33, cases 68 and 69: %j, class %j, name %j is %s',
  (typeIds, dataClass, fileName, kind) => {
    expect(mediaKindOf({ typeIds, dataClass, fileName })).toBe(kind);
  },
);

test.each<[string, boolean]>([
  ['https://cvws.icloud-content.com/B/x?e=1', true],
  ['https://cvws.icloud-content.com:443/B/x', true],
  ['https://cvws-h2.icloud-content.com.cn/B/x', true],
  ['https://a.cdn-apple.com/x', true],
  ['http://cvws.icloud-content.com/B/x', false],
  ['https://cvws.icloud-content.com:8443/B/x', false],
  ['https://www.icloud.com/x', false],
  ['https://evilicloud-content.com/x', false],
  ['https://icloud-content.com.evil.example/x', false],
  ['https://user@cvws.icloud-content.com/x', false],
  ['https://evil.example\\.icloud-content.com/x', false],
  ['https://evil.example#.icloud-content.com/x', false],
  ['ftp://cvws.icloud-content.com/x', false],
  ['', false],
])('EN-32: %s is allowed: %s', (url, allowed) => {
  expect(isDownloadUrl(url)).toBe(allowed);
});
