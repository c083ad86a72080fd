import { cancelled, isKeiError, KeiError } from '../errors/index.js';

type Words = readonly [code: string, what: string, hint: string];

const DNS: Words = [
  'NETWORK_DNS',
  'its name could not be looked up',
  'Check the network connection and the DNS server.',
];
const REFUSED: Words = [
  'NETWORK_REFUSED',
  'the connection was refused',
  'Check the network connection, a firewall or a proxy.',
];
const UNREACHABLE: Words = [
  'NETWORK_UNREACHABLE',
  'it cannot be reached',
  'Check the network connection.',
];
const RESET: Words = [
  'NETWORK_RESET',
  'the connection was cut',
  'Check the network connection; kei goes on where it stopped.',
];
const TIMEOUT: Words = [
  'NETWORK_TIMEOUT',
  'it did not answer in time',
  'Check the network connection; kei goes on where it stopped.',
];
const STALLED: Words = [
  'NETWORK_STALLED',
  'the transfer stalled',
  'Check the network connection; kei goes on where it stopped.',
];
const CERTIFICATE: Words = [
  'NETWORK_CERTIFICATE',
  'its certificate is not trusted',
  'If a proxy or filter on the way inspects TLS, give kei its authority in NODE_EXTRA_CA_CERTS; ' +
    "otherwise check this computer's clock.",
];
const CERTIFICATE_TIME: Words = [
  'NETWORK_CERTIFICATE',
  "by this computer's clock its certificate is not valid now",
  'Set the date and time of this computer, best of all automatically.',
];
const TLS: Words = [
  'NETWORK_TLS',
  'no TLS connection could be made',
  'Check whether a proxy, filter or login page of the network answers in its place.',
];
const OTHER: Words = ['NETWORK_FAILED', 'the connection failed', 'Check the network connection.'];

const WORDS: Readonly<Record<string, Words>> = {
  ENOTFOUND: DNS,
  EAI_AGAIN: DNS,
  EAI_FAIL: DNS,
  ECONNREFUSED: REFUSED,
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ENETDOWN: UNREACHABLE,
  EADDRNOTAVAIL: UNREACHABLE,
  ECONNRESET: RESET,
  ECONNABORTED: RESET,
  EPIPE: RESET,
  UND_ERR_SOCKET: RESET,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: RESET,
  ETIMEDOUT: TIMEOUT,
  UND_ERR_CONNECT_TIMEOUT: TIMEOUT,
  UND_ERR_HEADERS_TIMEOUT: TIMEOUT,
  UND_ERR_BODY_TIMEOUT: STALLED,
};

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

function wordsFor(code: string | undefined): Words {
  if (code === undefined) return OTHER;
  if (/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/.test(code)) return CERTIFICATE_TIME;
  if (/CERT|UNABLE_TO_VERIFY/.test(code)) return CERTIFICATE;
  if (/ERR_TLS|ERR_SSL|EPROTO/.test(code)) return TLS;
  return WORDS[code] ?? OTHER;
}

/**
 * A failure below HTTP as a `transient` KeiError in plain words; `cancelled` when the caller's
 * signal fired. A KeiError passes unchanged.
 */
export function networkError(
  error: unknown,
  host: string,
  signal: AbortSignal | undefined,
): KeiError {
  if (signal?.aborted === true) return cancelled();
  if (isKeiError(error)) return error;
  const errno = codeOf(error);
  const [code, what, hint] = wordsFor(errno);
  return new KeiError({
    code,
    kind: 'transient',
    message: `Cannot talk to ${host}: ${what}.`,
    hint,
    facts: { host, errno },
    cause: error,
  });
}

/** The request as a whole took too long (engine 3.1). */
export function requestTimeout(host: string, ms: number): KeiError {
  return new KeiError({
    code: 'NETWORK_TIMEOUT',
    kind: 'transient',
    message: `Cannot talk to ${host}: no complete answer within ${Math.ceil(ms / 1000)} s.`,
    hint: TIMEOUT[2],
    facts: { host },
  });
}
