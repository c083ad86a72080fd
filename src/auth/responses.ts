import { z } from 'zod';

/*
 * What Apple sends, parsed at the edge. Every reader is tolerant: unknown keys are ignored, a
 * missing or odd optional value counts as absent, and a body that is no JSON parses to undefined.
 */

/** A body as JSON whatever its Content-Type says (protocol 1.6). */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const flag = z.boolean().optional().catch(undefined);
const word = z.string().min(1).optional().catch(undefined);
/** Standard base64, padded or not (protocol 2.1). */
const bytes = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/);

const challengeSchema = z.object({
  iteration: z.number().int().min(1).max(1_000_000),
  salt: bytes,
  protocol: z.enum(['s2k', 's2k_fo']),
  b: bytes,
  /** Opaque; echoed as it came. */
  c: z.json(),
});

/** The server's half of an SRP exchange (protocol 2.1). */
export type SrpInitAnswer = z.infer<typeof challengeSchema>;

export function parseSrpInit(text: string): SrpInitAnswer | undefined {
  return challengeSchema.safeParse(parseJson(text)).data;
}

const serviceErrorSchema = z.object({
  code: z.string().or(z.number()).transform(String),
  message: word,
  title: word,
});

const serviceErrorsSchema = z.array(serviceErrorSchema.nullable().catch(null)).catch([]).optional();

const refusalSchema = z.object({
  serviceErrors: serviceErrorsSchema,
  service_errors: serviceErrorsSchema,
  hasError: flag,
});

export interface ServiceError {
  readonly code: string;
  readonly text: string;
}

/** The refusals inside a body, in both spellings (protocol 2.6). */
export interface Refusal {
  readonly errors: readonly ServiceError[];
  /** True when the body says that it is an error, whatever the status. */
  readonly failed: boolean;
}

export function parseRefusal(body: unknown): Refusal {
  const { data } = refusalSchema.safeParse(body);
  const errors = [...(data?.serviceErrors ?? []), ...(data?.service_errors ?? [])].flatMap(
    (error) =>
      error === null
        ? []
        : [{ code: error.code, text: error.message ?? error.title ?? 'no reason given' }],
  );
  return { errors, failed: errors.length > 0 || data?.hasError === true };
}

const phoneSchema = z
  .object({
    id: z.number().int().or(z.string().regex(/^\d+$/).transform(Number)),
    numberWithDialCode: word,
    obfuscatedNumber: word,
    lastTwoDigits: word,
    pushMode: z.enum(['sms', 'voice']).catch('sms'),
    nonFTEU: flag,
  })
  .transform(({ id, numberWithDialCode, obfuscatedNumber, lastTwoDigits, pushMode, nonFTEU }) => ({
    id,
    mode: pushMode,
    label: numberWithDialCode ?? obfuscatedNumber ?? `number ending in ${lastTwoDigits ?? '??'}`,
    ...(nonFTEU === undefined ? {} : { nonFTEU }),
  }));

/** A number that Apple can send a code to (protocol 3.1). */
export type TrustedPhone = z.infer<typeof phoneSchema>;

const phonesSchema = z
  .array(phoneSchema.nullable().catch(null))
  .transform((phones) => phones.filter((phone) => phone !== null))
  .catch([])
  .default([]);

const verificationSchema = z
  .object({ trustedPhoneNumbers: phonesSchema })
  .catch({ trustedPhoneNumbers: [] })
  .default({ trustedPhoneNumbers: [] });

const codeStateSchema = z
  .object({
    valid: flag,
    tooManyCodesSent: flag,
    tooManyCodesValidated: flag,
    securityCodeLocked: flag,
  })
  .optional()
  .catch(undefined);

const challengeKeys = {
  keyNames: z.array(z.string()).catch([]).default([]),
  fsaChallenge: z.unknown().optional(),
  securityCode: codeStateSchema,
  phoneNumberVerification: verificationSchema,
  trustedPhoneNumbers: phonesSchema,
};

const flatSchema = z.object(challengeKeys);

const optionsSchema = z.object({
  ...challengeKeys,
  direct: z
    .object({
      ...challengeKeys,
      twoSV: z
        .object({
          ...challengeKeys,
          bridgeInitiateData: z
            .object({ phoneNumberVerification: verificationSchema })
            .optional()
            .catch(undefined),
        })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
});

/** What a second factor looks like for an account (protocol 3.1, 3.8). */
export interface CodeOptions {
  readonly phones: readonly TrustedPhone[];
  /** Names of registered security keys; empty also when only a challenge for them was seen. */
  readonly keyNames: readonly string[];
  readonly securityKeys: boolean;
}

export const NO_CODE_OPTIONS: CodeOptions = {
  phones: [],
  keyNames: [],
  securityKeys: false,
};

/** Reads the options from JSON in any layout (protocol 3.1): the first non-empty list counts. */
export function parseCodeOptions(body: unknown): CodeOptions {
  const { data } = optionsSchema.safeParse(body);
  if (data === undefined) return NO_CODE_OPTIONS;
  const { direct } = data;
  const lists = [
    direct?.twoSV?.bridgeInitiateData?.phoneNumberVerification.trustedPhoneNumbers,
    direct?.twoSV?.phoneNumberVerification.trustedPhoneNumbers,
    data.phoneNumberVerification.trustedPhoneNumbers,
    data.trustedPhoneNumbers,
  ];
  const places = [data, direct, direct?.twoSV];
  const keyNames = places.flatMap((place) => place?.keyNames ?? []);
  return {
    phones: lists.find((list) => list !== undefined && list.length > 0) ?? [],
    keyNames,
    securityKeys: keyNames.length > 0 || places.some((place) => isObject(place?.fsaChallenge)),
  };
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

const SCRIPT = /<script\b([^>]*)>([\s\S]*?)<\/script>/gi;
const BOOT_ARGS =
  /\bclass\s*=\s*(?:"[^"]*\bboot_args\b[^"]*"|'[^']*\bboot_args\b[^']*'|boot_args\b)/i;

/** Reads the options from what `GET {auth}` sent: JSON, or a page with a `boot_args` script. */
export function parseCodeOptionsPage(text: string): CodeOptions {
  const body = parseJson(text);
  if (body !== undefined) return parseCodeOptions(body);
  for (const [, attributes, script] of text.matchAll(SCRIPT)) {
    if (BOOT_ARGS.test(attributes ?? '')) return parseCodeOptions(parseJson(script ?? ''));
  }
  return NO_CODE_OPTIONS;
}

/** What an answer about a code says of it (protocol 3.3). */
export interface CodeState {
  readonly valid: boolean;
  readonly locked: boolean;
  readonly tooManySent: boolean;
}

export function parseCodeState(body: unknown): CodeState {
  const state = flatSchema.safeParse(body).data?.securityCode;
  return {
    valid: state?.valid === true,
    locked: state?.tooManyCodesValidated === true || state?.securityCodeLocked === true,
    tooManySent: state?.tooManyCodesSent === true,
  };
}

const serviceSchema = z
  .object({ url: word, status: word, pcsRequired: flag })
  .optional()
  .catch(undefined);

const accountSchema = z.object({
  dsInfo: z
    .object({
      dsid: z.string().or(z.number()).transform(String).optional().catch(undefined),
      hsaVersion: z.number().catch(0).default(0),
      isWebAccessAllowed: flag,
      iCDPEnabled: flag,
    })
    .optional()
    .catch(undefined),
  webservices: z.object({ ckdatabasews: serviceSchema }).optional().catch(undefined),
  hsaTrustedBrowser: flag,
  hsaChallengeRequired: flag,
  iCDPEnabled: flag,
  domainToUse: word,
  termsUpdateNeeded: flag,
  isRepairNeeded: flag,
});

/** The account as `validate` and `accountLogin` describe it (protocol 4.2); absent flags are false. */
export interface AccountData {
  readonly dsid: string | undefined;
  readonly hsaVersion: number;
  readonly trustedBrowser: boolean;
  readonly challengeRequired: boolean;
  readonly webAccessAllowed: boolean | undefined;
  readonly advancedDataProtection: boolean;
  readonly cloudKit:
    { readonly url: string; readonly active: boolean; readonly pcsRequired: boolean } | undefined;
  readonly domainToUse: string | undefined;
  readonly termsNeeded: boolean;
  readonly repairNeeded: boolean;
  readonly refusal: Refusal;
}

/** Undefined for a body that is no JSON object. */
export function parseAccount(body: unknown): AccountData | undefined {
  const { data } = accountSchema.safeParse(body);
  if (data === undefined) return undefined;
  const service = data.webservices?.ckdatabasews;
  return {
    dsid: data.dsInfo?.dsid,
    hsaVersion: data.dsInfo?.hsaVersion ?? 0,
    trustedBrowser: data.hsaTrustedBrowser === true,
    challengeRequired: data.hsaChallengeRequired === true,
    webAccessAllowed: data.dsInfo?.isWebAccessAllowed,
    advancedDataProtection: data.iCDPEnabled === true || data.dsInfo?.iCDPEnabled === true,
    cloudKit:
      service?.url === undefined
        ? undefined
        : {
            url: service.url,
            active: service.status === 'active',
            pcsRequired: service.pcsRequired === true,
          },
    domainToUse: data.domainToUse,
    termsNeeded: data.termsUpdateNeeded === true,
    repairNeeded: data.isRepairNeeded === true,
    refusal: parseRefusal(body),
  };
}

const consentSchema = z.object({
  isICDRSDisabled: flag,
  isDeviceConsentedForPCS: flag,
  isDeviceConsentNotificationSent: flag,
  status: word,
  message: word,
});

/** Answers of the consent calls under Advanced Data Protection (protocol 4.9). */
export type ConsentAnswer = z.infer<typeof consentSchema>;

export function parseConsent(text: string): ConsentAnswer | undefined {
  return consentSchema.safeParse(parseJson(text)).data;
}
