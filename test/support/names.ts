import fc from 'fast-check';

/** What a name must not be anywhere: on Linux, macOS, Windows or exFAT. `undefined` when legal. */
export function illegality(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'not a name';
  if (Buffer.byteLength(name) > 255) return 'longer than 255 bytes';
  if (Buffer.from(name).toString() !== name) return 'not writable as UTF-8';
  // eslint-disable-next-line no-control-regex
  if (/[<>:"/\\|?*\u0000-\u001f\u007f-\u009f]/.test(name)) return 'has a forbidden character';
  if (/[. ]$/.test(name)) return 'ends in a dot or a space';
  if (/^(con|prn|aux|nul|com[1-9]|lpt[1-9])[ ]*(\.|$)/i.test(name)) return 'a device of Windows';
  return undefined;
}

/** Text that hurts: separators, dots, devices, percent signs, long runs, half characters. */
export const nastyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  fc
    .array(
      fc.constantFrom(
        ...[
          '/',
          '\\',
          '.',
          '..',
          ' ',
          '\0',
          'CON',
          'nul',
          'com1',
          '%',
          '%Y',
          '{album}',
          '{library}',
        ],
        ...[
          'é',
          '中',
          '😀',
          '\ud83d',
          '\u202f',
          '-',
          '_',
          'a',
          'A',
          '.JPG',
          ':',
          '$&',
          'x'.repeat(120),
        ],
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('')),
);
