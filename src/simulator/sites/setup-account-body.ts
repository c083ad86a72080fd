import type { Account } from '../account/account.js';
import type { JsonObject } from '../responses.js';

/** What the browser has proved, as the account body's flags tell it (protocol 4.3). */
export interface BrowserStanding {
  readonly trusted: boolean;
  readonly challengeRequired: boolean;
  readonly extended: boolean;
}

/** The body of accountLogin and validate (protocol 4.2). */
export function accountBody(account: Account, standing: BrowserStanding): JsonObject {
  const { settings } = account;
  const isProtected = settings.dataProtection.on;
  return {
    dsInfo: dsInfo(account),
    hasMinimumDeviceForPhotosWeb: true,
    iCDPEnabled: isProtected,
    webservices: webservices(account),
    pcsEnabled: true,
    configBag: configBag(account),
    hsaTrustedBrowser: standing.trusted,
    hsaChallengeRequired: standing.challengeRequired,
    ...(settings.termsPending ? { termsUpdateNeeded: true } : {}),
    appsOrder: ['photos', 'find', 'settings'],
    version: 2,
    isExtendedLogin: standing.extended,
    pcsServiceIdentitiesIncluded: false,
    requestInfo: { country: 'US', timeZone: 'PST', region: 'CA' },
    pcsDeleted: false,
    iCloudInfo: { SafariBookmarksHasMigratedToCloudKit: false },
    apps: {
      photos: {},
      find: { canLaunchWithOneFactor: true },
      settings: { canLaunchWithOneFactor: true },
    },
  };
}

function dsInfo(account: Account): JsonObject {
  const { settings, appleId, fullName } = account;
  const [firstName = '', ...rest] = fullName.split(' ');
  const hsaVersion = { hsa2: 2, hsa1: 1, off: 0 }[settings.twoFactor.kind];
  return {
    lastName: rest.join(' '),
    iCDPEnabled: settings.dataProtection.on,
    dsid: account.dsid,
    hsaEnabled: hsaVersion > 0,
    locale: 'en-us_US',
    isManagedAppleID: false,
    appleIdAliases: [],
    hsaVersion,
    countryCode: account.country,
    notificationId: '12341234-1234-4234-8234-123412341234',
    primaryEmailVerified: true,
    aDsID: `000341-08-${account.dsid}`,
    locked: settings.locked !== undefined,
    ICDRSCapableDeviceCount: 0,
    hasICloudQualifyingDevice: hsaVersion === 2,
    primaryEmail: appleId,
    appleIdEntries: [{ isPrimary: true, type: 'EMAIL', value: appleId }],
    isWebAccessAllowed: settings.webAccess !== 'off',
    fullName,
    languageCode: 'en-us',
    appleId,
    firstName,
    iCloudAppleIdAlias: '',
    pcsDeleted: false,
    appleIdAlias: '',
    statusCode: 2,
    familyEligible: true,
  };
}

/** The services by name; every URL carries its port (protocol 4.2). */
function webservices({ partition, region }: Account): JsonObject {
  const domain = region === 'cn' ? 'icloud.com.cn' : 'icloud.com';
  const url = (name: string): string => `https://p${partition}-${name}.${domain}:443`;
  const active = { status: 'active' };
  return {
    reminders: { url: url('remindersws'), ...active },
    ckdatabasews: { pcsRequired: true, url: url('ckdatabasews'), ...active },
    photosupload: { pcsRequired: true, url: url('uploadphotosws'), ...active },
    photos: {
      pcsRequired: true,
      uploadUrl: url('uploadphotosws'),
      url: url('photosws'),
      ...active,
    },
    drivews: { pcsRequired: true, url: url('drivews'), ...active },
    docws: { pcsRequired: true, url: url('docws'), ...active },
    schoolwork: {},
    findme: { url: url('fmipweb'), ...active },
    push: { url: url('pushws'), ...active },
    account: { iCloudEnv: { shortId: 'p', vipSuffix: 'prod' }, url: url('setup'), ...active },
    contacts: { url: url('contactsws'), ...active },
    calendar: { isMakoAccount: false, url: url('calendarws'), ...active },
  };
}

export function configBag({ region }: Account): JsonObject {
  const setup = `https://setup.icloud.com${region === 'cn' ? '.cn' : ''}/setup/ws/1`;
  return {
    urls: {
      accountLoginUI: 'https://idmsa.apple.com/appleauth/auth/signin?widgetKey=',
      accountLogin: `${setup}/accountLogin`,
      repairDone: `${setup}/repairDone`,
      getICloudTerms: `${setup}/getTerms`,
      accountAuthorizeUI: 'https://idmsa.apple.com/appleauth/auth/authorize/signin?client_id=',
    },
    accountCreateEnabled: true,
  };
}
