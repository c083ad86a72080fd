import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  checkContent,
  isErrorPageType,
  startsLikeErrorPage,
} from '../../../src/download/check-content.js';

const padded = (...parts: (string | number[])[]) =>
  Buffer.concat([
    ...parts.map((part) =>
      typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part),
    ),
    Buffer.alloc(64),
  ]);
const atom = (name: string) => padded([0, 0, 0, 8], name);
const JPEG = padded([0xff, 0xd8, 0xff, 0xe0]);
const HEIC = padded([0, 0, 0, 24], 'ftypheic', [0, 0, 0, 0], 'mif1heic');
/** No header of any kind: begins with zero bytes. */
const JUNK = Buffer.concat([Buffer.alloc(8), randomBytes(64)]);

const verdict = async (bytes: Buffer, path: string) => (await checkContent(bytes, path)).verdict;

describe('content types (DL-40)', () => {
  it.each([
    'text/html; charset=utf-8',
    'TEXT/HTML',
    'application/xhtml+xml',
    'application/json',
    'text/json;x=y',
    'application/problem+json',
    'application/vnd.api+JSON ; charset=utf-8',
  ])('cases 16 and 17: %s is an error page', (type) => {
    expect(isErrorPageType(type)).toBe(true);
  });

  it.each([undefined, '', 'image/jpeg', 'video/quicktime', 'application/octet-stream', 'text/xml'])(
    '%j is fine',
    (type) => {
      expect(isErrorPageType(type)).toBe(false);
    },
  );
});

describe('error pages by their first bytes (DL-41)', () => {
  it.each([
    '<!DOCTYPE html>',
    '\n\t <html lang="en">',
    '\xef\xbb\xbf<!doctype html>',
    '{"error":{"code":5}}',
    '  {"ERRORS":[]}',
    '{"message":"no"}',
    '{"code":1}',
  ])('cases 18 and 19: %j', (text) => {
    expect(startsLikeErrorPage(Buffer.from(text, 'latin1'))).toBe(true);
  });

  it.each(['<?xml version="1.0"?><plist>', '{"version":1}', '', 'hello', '{ "error": 1}'])(
    '%j is none',
    (text) => {
      expect(startsLikeErrorPage(Buffer.from(text, 'latin1'))).toBe(false);
    },
  );

  it('cases 9, 18, 19: rejected for every extension', async () => {
    expect(await verdict(padded('\n<html>'), '/a/b.xyz')).toBe('bad');
    expect(await verdict(padded(' {"Error":1}'), '/a/b.jpg')).toBe('bad');
    expect(await verdict(padded('<?xml version="1.0"?>'), '/a/b.aae')).toBe('fine');
  });
});

describe('magic bytes by extension (DL-42)', () => {
  it.each([
    ['a.jpg', JPEG],
    ['a.JPEG', JPEG],
    ['a.png', padded([0x89], 'PNG\r\n')],
    ['a.heic', HEIC],
    ['a.HEIF', HEIC],
    ['a.mp4', atom('ftypisom')],
    ['a.m4v', atom('ftypM4V ')],
    ['a.gif', padded('GIF89a')],
    ['a.tif', padded('II*\0')],
    ['a.tiff', padded('MM\0*')],
    ['a.dng', padded('II*\0')],
    ['case-24.dng', padded('MM\0*')],
    ['a.webp', padded('RIFF', [1, 2, 3, 4], 'WEBP')],
  ])('%s', async (name, bytes) => {
    expect(await verdict(bytes, `/photos/${name}`)).toBe('fine');
  });

  it.each(['ftyp', 'wide', 'mdat', 'moov', 'free', 'skip', 'pnot'])(
    'case 22: a MOV may begin with %s',
    async (name) => {
      expect(await verdict(atom(name), '/photos/a.MOV')).toBe('fine');
    },
  );

  it('case 22: a MOV with an unknown atom is bad', async () => {
    expect(await verdict(atom('xyzw'), '/photos/a.mov')).toBe('bad');
  });

  it('case 20, DL-43: other known media under the name is odd, and named', async () => {
    const finding = await checkContent(HEIC, '/photos/a.jpg');
    expect(finding).toMatchObject({ verdict: 'odd' });
    expect(finding.verdict === 'odd' && finding.what).toContain('image/heic');
    expect(await verdict(atom('wide'), '/photos/a.mp4')).toBe('odd');
    expect(await verdict(JPEG, '/photos/a.png')).toBe('odd');
  });

  it('case 21: random bytes are bad for .jpg and fine for .nef', async () => {
    expect(await verdict(JUNK, '/photos/a.jpg')).toBe('bad');
    expect(await verdict(JUNK, '/photos/a.nef')).toBe('fine');
    expect(await verdict(JUNK, '/photos/noextension')).toBe('fine');
  });

  it('media, not documents or sound: a PDF for .jpg is bad', async () => {
    expect(await verdict(padded('%PDF-1.7\n'), '/photos/a.jpg')).toBe('bad');
  });

  it.each(['jpg', 'png', 'heic', 'mov', 'gif', 'tif', 'webp'])(
    'case 23: a .%s shorter than its header is bad',
    async (extension) => {
      expect(await verdict(Buffer.of(0xff), `/photos/a.${extension}`)).toBe('bad');
    },
  );
});
