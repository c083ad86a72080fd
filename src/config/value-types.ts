import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { checkTemplate, type TemplateKind } from '../naming/index.js';

/** What a setting looks like in a TOML file. */
export type TomlValue = string | number | boolean | readonly string[];

/** The value, or every problem with it as a sentence without its final full stop. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly string[] };

/** What reading a value may depend on. */
export interface ReadingContext {
  readonly home: string;
  readonly cwd: string;
}

/** How one kind of setting is read, checked and written back. */
export interface ValueType<T> {
  /** In the words of the reference page. */
  readonly name: string;
  read(raw: unknown, context: ReadingContext): Reading<T>;
  /** The canonical TOML form; the default comparison and `config show` use it. */
  write(value: T): TomlValue;
}

export function accept<T>(value: T): Reading<T> {
  return { ok: true, value };
}

export function refuse(...problems: readonly string[]): Reading<never> {
  return { ok: false, problems };
}

/** A type whose TOML form is a string that `parse` understands. */
export function textual<T>(
  name: string,
  parse: (text: string, context: ReadingContext) => Reading<T>,
  write: (value: T) => string,
): ValueType<T> {
  return {
    name,
    read: (raw, context) =>
      typeof raw === 'string'
        ? parse(raw, context)
        : refuse('must be a text; write one value, in quotes'),
    write,
  };
}

export const text: ValueType<string> = textual(
  'text',
  (value) =>
    value.trim() === '' ? refuse('must not be empty; remove it or fill it in') : accept(value),
  (value) => value,
);

/** An Apple ID: it names files, so one letter or digit must remain of it (cli 8.5). */
export const account: ValueType<string> = textual(
  'text',
  (value) =>
    /[\p{Alphabetic}\p{N}]/u.test(value)
      ? accept(value)
      : refuse('must not be empty; write the e-mail address of your Apple Account'),
  (value) => value,
);

export const path: ValueType<string> = textual(
  'path',
  (value, context) =>
    value.trim() === ''
      ? refuse('must not be empty; remove it or fill it in')
      : accept(expandPath(value, context)),
  (value) => value,
);

/** A leading `~/` becomes the home folder (cli 2.1); what is relative starts at the working folder. */
export function expandPath(value: string, { home, cwd }: { home: string; cwd: string }): string {
  return resolve(cwd, value.startsWith('~/') ? join(home, value.slice(2)) : value);
}

export const flag: ValueType<boolean> = {
  name: 'true or false',
  read: (raw) =>
    typeof raw === 'boolean' ? accept(raw) : refuse('must be true or false, without quotes'),
  write: (value) => value,
};

export function integer(min: number, max?: number): ValueType<number> {
  const name =
    max === undefined ? `whole number, at least ${min}` : `whole number from ${min} to ${max}`;
  return {
    name,
    read: (raw) =>
      typeof raw === 'number' && Number.isSafeInteger(raw) && raw >= min && raw <= (max ?? raw)
        ? accept(raw)
        : refuse(`must be a ${name}${typeof raw === 'string' ? ', without quotes' : ''}`),
    write: (value) => value,
  };
}

export function choice<const T extends string>(...values: readonly T[]): ValueType<T> {
  const name = values.map((value) => `"${value}"`).join(' or ');
  return textual<T>(
    name,
    (written) => {
      const found = values.find((value) => value === written);
      return found === undefined ? refuse(`must be ${name}`) : accept(found);
    },
    (value) => value,
  );
}

export const ipAddress: ValueType<string> = textual(
  'IP address',
  (value) =>
    isIP(value) === 0
      ? refuse('must be an IP address such as "127.0.0.1" or "::1"; names are not looked up')
      : accept(value),
  (value) => value,
);

export function template(kind: TemplateKind): ValueType<string> {
  return textual(
    'folder template',
    (value) => {
      const sentence = checkTemplate(kind, value);
      if (sentence === undefined) return accept(value);
      // The sentence starts with key and value, as every message about a setting does anyway.
      const start = `"${value}": `;
      return refuse(sentence.slice(sentence.indexOf(start) + start.length).replace(/\.$/, ''));
    },
    (value) => value,
  );
}

/** A list of strings that `parse` understands as a whole. */
export function list<T>(
  name: string,
  parse: (entries: readonly string[]) => Reading<T>,
  write: (value: T) => readonly string[],
): ValueType<T> {
  return {
    name,
    read: (raw) =>
      Array.isArray(raw) && raw.every((entry) => typeof entry === 'string')
        ? parse(raw)
        : refuse('must be a list of texts, such as ["one", "two"]'),
    write,
  };
}

/** A list of different words, at least one, kept in the order of `values`. */
export function someOf<const T extends string>(...values: readonly T[]): ValueType<readonly T[]> {
  const names = values.map((value) => `"${value}"`).join(', ');
  return list<readonly T[]>(
    `list of ${names}`,
    (entries) => {
      const problems = entries
        .filter((entry) => !values.some((value) => value === entry))
        .map((entry) => `${JSON.stringify(entry)} is not one of ${names}`);
      if (entries.length === 0) problems.push(`must name at least one of ${names}`);
      if (new Set(entries).size < entries.length) problems.push('names the same thing twice');
      return problems.length > 0
        ? refuse(...problems)
        : accept(values.filter((value) => entries.includes(value)));
    },
    (value) => value,
  );
}
