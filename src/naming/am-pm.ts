// What macOS writes before AM or PM, by version and locale: space, U+00A0, U+202F or nothing.
const SEPARATORS = [' ', '\u00a0', '\u202f', ''];
const LAST_TOKEN = /^(.*)(?:[ \u00a0\u202f]|(?<=\d))([ap]m(?![\p{L}\p{N}]).*)$/isu;

/**
 * The other spellings under which a screenshot called `name` may lie on disk already (cli 6.8,
 * DL-73); empty for a name without a time of day. Never used to name a file.
 */
export function amPmVariants(name: string): readonly string[] {
  const [, before, after] = LAST_TOKEN.exec(name) ?? [];
  if (before === undefined || after === undefined) return [];
  return SEPARATORS.map((separator) => before + separator + after).filter(
    (variant) => variant !== name,
  );
}
