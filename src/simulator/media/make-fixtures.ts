/**
 * Makes `fixtures/*.ts` from generated pictures with real encoders. Run by hand, after a change of
 * `paint.ts`, with `heif-enc`, `ffmpeg`, `cwebp` and `exiftool` installed:
 * `npx tsx src/simulator/media/make-fixtures.ts`
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DATE_PLACEHOLDER, IDENTIFIER_PLACEHOLDER } from './boxes.js';
import { toBuffer } from './byte-source.js';
import { makeFile } from './file.js';

const scratch = mkdtempSync(join(tmpdir(), 'fixtures-'));
const run = (command: string, ...args: string[]) => execFileSync(command, args, { cwd: scratch });

/** Scenes that look good and differ from each other. */
const STILLS = [3, 7, 11, 19, 23, 42] as const;

function paintPng(seed: number, width: number, height: number, name: string): void {
  const file = makeFile({ format: 'png', seed, width, height });
  writeFileSync(join(scratch, name), toBuffer(file));
}

function heic(seed: number): Buffer {
  paintPng(seed, 320, 240, 'still.png');
  run('heif-enc', '-q', '35', '-o', 'still.heic', 'still.png');
  run(
    'exiftool',
    '-q',
    '-overwrite_original',
    `-DateTimeOriginal=${DATE_PLACEHOLDER}`,
    `-CreateDate=${DATE_PLACEHOLDER}`,
    '-Make=Apple',
    '-Model=iPhone 15',
    'still.heic',
  );
  return readFileSync(join(scratch, 'still.heic'));
}

/** A slow pan over one scene, silent, about a second long. */
function movie(seed: number, name: string, live: boolean): Buffer {
  paintPng(seed, 256, 144, 'wide.png');
  run(
    'ffmpeg',
    '-loglevel',
    'error',
    '-y',
    '-loop',
    '1',
    '-i',
    'wide.png',
    '-t',
    '1',
    '-r',
    '12',
    '-vf',
    "crop=192:108:'t*48':'t*24'",
    '-pix_fmt',
    'yuv420p',
    '-c:v',
    'libx264',
    '-crf',
    '36',
    '-preset',
    'veryslow',
    '-bitexact',
    ...(live ? ['-movflags', 'use_metadata_tags'] : []),
    ...(live
      ? ['-metadata', `com.apple.quicktime.content.identifier=${IDENTIFIER_PLACEHOLDER}`]
      : []),
    name,
  );
  return readFileSync(join(scratch, name));
}

function webp(seed: number): Buffer {
  paintPng(seed, 96, 72, 'still.png');
  run('cwebp', '-quiet', '-near_lossless', '0', 'still.png', '-o', 'still.webp');
  return readFileSync(join(scratch, 'still.webp'));
}

function write(file: string, comment: string, constants: Record<string, readonly Buffer[]>): void {
  const lines = Object.entries(constants).map(([name, buffers]) => {
    const texts = buffers.map((buffer) => {
      const chunks = buffer.toString('base64').match(/.{1,88}/gu) ?? [];
      return `  [\n${chunks.map((chunk) => `    '${chunk}',`).join('\n')}\n  ],`;
    });
    return `export const ${name}: readonly (readonly string[])[] = [\n${texts.join('\n')}\n];\n`;
  });
  const target = fileURLToPath(new URL(`fixtures/${file}`, import.meta.url));
  writeFileSync(
    target,
    `/** ${comment} Made by \`make-fixtures.ts\`; base64, in pieces. */\n\n${lines.join('\n')}`,
  );
}

write('stills.ts', 'HEIC and WebP pictures.', {
  HEIC: STILLS.map((seed) => heic(seed)),
  WEBP: [webp(7), webp(42)],
});
write('movies.ts', 'QuickTime movies, the videos of Live Photos, and MPEG-4 movies.', {
  MOV: [movie(3, 'movie.mov', false), movie(42, 'movie.mov', false)],
  LIVE_MOV: STILLS.map((seed) => movie(seed, 'live.mov', true)),
  MP4: [movie(11, 'movie.mp4', false), movie(19, 'movie.mp4', false)],
});
rmSync(scratch, { recursive: true });
