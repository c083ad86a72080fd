import { z } from 'zod';
import { isHostWithin, type StoredCookie } from '../http/index.js';

/*
 * The cookie file: kei's JSON array of `{url, cookie}`, each entry with the cookie's attributes
 * beside it. Read as well: the same without attributes, older lines of `URL<TAB>cookie`, and the
 * LWP file of icloudpd (protocol 4.5).
 */

const entrySchema = z.object({
  url: z.string(),
  cookie: z.string(),
  domain: z.string().optional(),
  path: z.string().default('/'),
  hostOnly: z.boolean().default(false),
  secure: z.boolean().default(true),
  httpOnly: z.boolean().default(true),
  expires: z.number().optional(),
});

export function formatCookieFile(cookies: readonly StoredCookie[]): string {
  const entries = cookies.map(({ name, value, ...attributes }) => ({
    url: `https://${attributes.domain}${attributes.path}`,
    cookie: `${name}=${value}`,
    ...attributes,
  }));
  return `${JSON.stringify(entries, undefined, 1)}\n`;
}

/** Undefined when the text is in none of the known forms. */
export function parseCookieFile(text: string): StoredCookie[] | undefined {
  if (text.startsWith('#LWP-Cookies-2.0')) return text.split('\n').flatMap(parseLwpLine);
  if (text.trimStart().startsWith('[')) return parseJsonEntries(text);
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (lines.some((line) => !line.includes('\t'))) return undefined;
  return lines.flatMap((line) => {
    const [url = '', cookie = ''] = line.split('\t', 2);
    return fromEntry({ url, cookie });
  });
}

function parseJsonEntries(text: string): StoredCookie[] | undefined {
  try {
    const entries = z.array(z.unknown()).safeParse(JSON.parse(text)).data;
    return entries?.flatMap(fromEntry);
  } catch {
    return undefined;
  }
}

function fromEntry(entry: unknown): StoredCookie[] {
  const { data } = entrySchema.safeParse(entry);
  if (data === undefined || !URL.canParse(data.url)) return [];
  const { url, cookie, domain, expires, ...attributes } = data;
  const [pair = ''] = domain === undefined ? cookie.split(';', 1) : [cookie];
  const equals = pair.indexOf('=');
  if (equals < 1) return [];
  return [
    {
      name: pair.slice(0, equals).trim(),
      value: pair.slice(equals + 1).trim(),
      domain: domain ?? widened(new URL(url).hostname),
      ...attributes,
      ...(expires === undefined ? {} : { expires }),
    },
  ];
}

const REGIONS = ['icloud.com', 'apple.com', 'icloud.com.cn', 'apple.com.cn'];

/** A file without attributes forgot the domain; Apple's are for the whole region (protocol 4.5). */
function widened(host: string): string {
  return REGIONS.find((region) => isHostWithin(host, [region])) ?? host;
}

const LWP_TOKEN = /([^\s=;]+)(?:=("(?:\\.|[^"\\])*"|[^;]*))?(?:;\s*|$)/g;

function parseLwpLine(line: string): StoredCookie[] {
  const prefix = 'Set-Cookie3: ';
  if (!line.startsWith(prefix)) return [];
  const [first, ...rest] = [...line.slice(prefix.length).matchAll(LWP_TOKEN)].map(
    ([, name = '', value = '']) => [name, unquoted(value)] as const,
  );
  const attributes = new Map(rest);
  const domain = attributes.get('domain');
  if (first === undefined || domain === undefined) return [];
  const expires = Date.parse((attributes.get('expires') ?? '').replace(' ', 'T'));
  return [
    {
      name: first[0],
      value: first[1],
      domain: domain.replace(/^\./, ''),
      path: attributes.get('path') ?? '/',
      hostOnly: !domain.startsWith('.'),
      secure: attributes.has('secure'),
      httpOnly: attributes.has('HttpOnly'),
      ...(Number.isNaN(expires) ? {} : { expires }),
    },
  ];
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
}
