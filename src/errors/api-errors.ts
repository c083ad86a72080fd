import { KeiError, type ErrorFacts } from './kei-error.js';

/** What a refused CloudKit call was about; goes into messages and facts. */
export interface CloudKitFailure {
  /** e.g. `records/query`. */
  readonly operation: string;
  readonly zone: string | undefined;
  readonly status: number;
  /** `serverErrorCode`, when the body had one. */
  readonly serverCode: string | undefined;
  /** What the server said, at most 1,024 bytes (RT-15). */
  readonly reason: string;
  /** Apple's id of the request, for a report to Apple. */
  readonly requestId: string | undefined;
}

const WEB_ACCESS_HINT =
  'On an Apple device open Settings > your name > iCloud: iCloud Photos and "Access iCloud Data on ' +
  'the Web" must be on, "Advanced Data Protection" off.';

function factsOf(failure: CloudKitFailure, more: ErrorFacts = {}): ErrorFacts {
  return { ...failure, ...more };
}

/** `records/query of PrimarySync failed: HTTP 503, THROTTLED, Request throttled.` */
function sentence(failure: CloudKitFailure): string {
  const subject = failure.zone === undefined ? '' : ` of ${failure.zone}`;
  const details = [`HTTP ${failure.status}`, failure.serverCode, failure.reason];
  const said = details.filter((part) => part !== undefined && part !== '').join(', ');
  return `${failure.operation}${subject} failed: ${said}.`;
}

/** Apple no longer accepts the session: sign in again (protocol 4.8). */
export function sessionExpired(failure: CloudKitFailure, cause?: unknown): KeiError {
  return new KeiError({
    code: 'SESSION_EXPIRED',
    kind: 'session',
    message: `iCloud no longer accepts this session: ${sentence(failure)}`,
    hint: 'Run `kei login` to sign in again.',
    facts: factsOf(failure),
    cause,
  });
}

/** A 421 without a reason: the request reached a server of another partition (protocol 4.8). */
export function misdirected(failure: CloudKitFailure): KeiError {
  return new KeiError({
    code: 'CLOUDKIT_MISDIRECTED',
    kind: 'session',
    message: `iCloud serves this account from another place now: ${sentence(failure)}`,
    hint: 'Run `kei login` to sign in again.',
    facts: factsOf(failure),
  });
}

/** A refusal of the session that a fresh sign-in did not cure: it would never end (protocol 4.8). */
export function sessionRefused(failure: CloudKitFailure): KeiError {
  return new KeiError({
    code: 'ICLOUD_SESSION_REFUSED',
    kind: 'account',
    message: `iCloud refuses this account's photos although the sign-in worked: ${sentence(failure)}`,
    hint: `${WEB_ACCESS_HINT} Also check [auth].domain: accounts of mainland China need "cn".`,
    facts: factsOf(failure),
  });
}

/** CloudKit's way of saying that only a security key could open this account (protocol 3.8). */
export function securityKeysOnly(failure: CloudKitFailure): KeiError {
  return new KeiError({
    code: 'ICLOUD_NO_AUTH_METHOD',
    kind: 'account',
    message: `iCloud finds no way of signing in that kei can use: ${sentence(failure)}`,
    hint:
      'The account is probably protected by hardware security keys. Remove them from the Apple ' +
      'Account (Settings > your name > Sign-In & Security), or use another account.',
    facts: factsOf(failure),
  });
}

/**
 * ACCESS_DENIED: with Advanced Data Protection a person must act (exit 4); without it the same words
 * also mean a temporary lock-out that every further attempt prolongs (protocol 4.9, D6).
 */
export function accessDenied(failure: CloudKitFailure, dataProtection: boolean): KeiError {
  return dataProtection
    ? new KeiError({
        code: 'ICLOUD_DATA_PROTECTION',
        kind: 'account',
        message: `Advanced Data Protection keeps the photos from the web: ${sentence(failure)}`,
        hint: WEB_ACCESS_HINT,
        facts: factsOf(failure),
      })
    : new KeiError({
        code: 'CLOUDKIT_ACCESS_DENIED',
        kind: 'permanent',
        message: `iCloud denies access to the photos: ${sentence(failure)}`,
        hint:
          `${WEB_ACCESS_HINT} If they are, Apple has locked the account out for a while: ` +
          'wait some hours before the next run.',
        facts: factsOf(failure),
      });
}

/** The zone does not exist: for the personal library iCloud Photos is off (RT-12). */
export function zoneNotFound(failure: CloudKitFailure, personal: boolean): KeiError {
  return new KeiError({
    code: 'CLOUDKIT_ZONE_NOT_FOUND',
    kind: personal ? 'account' : 'permanent',
    message: `iCloud has no such photo library: ${sentence(failure)}`,
    hint: personal
      ? WEB_ACCESS_HINT
      : 'Run `kei list libraries` to see what exists now; the library may have been left or deleted.',
    facts: factsOf(failure),
  });
}

/** The account lists no personal library at all (protocol 5.2). */
export function primaryLibraryMissing(): KeiError {
  return new KeiError({
    code: 'ICLOUD_NO_PRIMARY_LIBRARY',
    kind: 'account',
    message: 'This Apple Account has no iCloud Photos library that the web may see.',
    hint: WEB_ACCESS_HINT,
  });
}

/** 429, 503 or one of the "later" codes: everybody slows down (protocol 9). */
export function throttled(failure: CloudKitFailure, retryAfterMs: number | undefined): KeiError {
  return new KeiError({
    code: 'CLOUDKIT_THROTTLED',
    kind: 'transient',
    message: `iCloud asks to slow down: ${sentence(failure)}`,
    hint: 'Wait a while and sync less often.',
    facts: factsOf(failure, { retryAfterMs }),
  });
}

/** A failure on Apple's side that usually passes. */
export function serviceFailure(
  failure: CloudKitFailure,
  retryAfterMs: number | undefined,
): KeiError {
  return new KeiError({
    code: 'CLOUDKIT_UNAVAILABLE',
    kind: 'transient',
    message: `iCloud could not answer: ${sentence(failure)}`,
    hint: 'Run kei again later.',
    facts: factsOf(failure, { retryAfterMs }),
  });
}

/** BAD_REQUEST `Index has invalid data`: this zone or collection cannot be listed (D77). */
export function indexUnsupported(failure: CloudKitFailure): KeiError {
  return new KeiError({
    code: 'CLOUDKIT_INDEX_UNSUPPORTED',
    kind: 'permanent',
    message: `iCloud cannot list this collection: ${sentence(failure)}`,
    facts: factsOf(failure),
  });
}

/** One album of the list is refused: what it holds would be taken for filed nowhere (EN-63). */
export function albumUnreadable(recordName: string, reason: string): KeiError {
  return new KeiError({
    code: 'ICLOUD_ALBUM_UNREADABLE',
    kind: 'permanent',
    message: `iCloud does not deliver an album, so nobody can tell what is in it: ${reason}`,
    hint: 'Run kei again later; with `albums = ["none"]` in [filters] kei asks for no album.',
    facts: { record: recordName },
  });
}

/** Any other BAD_REQUEST; with a sync token in the request the token is what is bad (protocol 6.4). */
export function badRequest(failure: CloudKitFailure): KeiError {
  return new KeiError({
    code: 'CLOUDKIT_BAD_REQUEST',
    kind: 'permanent',
    message: `iCloud did not understand the request: ${sentence(failure)}`,
    hint: 'If it stays, report this as a bug.',
    facts: factsOf(failure),
  });
}

/** A refusal that trying again does not cure. */
export function apiRefused(failure: CloudKitFailure): KeiError {
  return new KeiError({
    code: 'CLOUDKIT_REFUSED',
    kind: 'permanent',
    message: `iCloud refused: ${sentence(failure)}`,
    hint: 'If it stays, report this as a bug.',
    facts: factsOf(failure),
  });
}
