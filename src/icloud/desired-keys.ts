/** What CloudKit returns for a record: everything kei reads, nothing else (EN-16, protocol 5.10). */

const RESOURCES = [
  'resJPEGFull',
  'resJPEGLarge',
  'resJPEGMed',
  'resJPEGThumb',
  'resVidFull',
  'resVidMed',
  'resVidSmall',
  'resSidecar',
  'resOriginal',
  'resOriginalAlt',
  'resOriginalVidCompl',
];

/** The fields of every resource: enough for a fresh download URL. */
export const RESOURCE_KEYS: readonly string[] = RESOURCES.flatMap((prefix) =>
  ['Res', 'FileType', 'Fingerprint', 'Width', 'Height'].map((suffix) => `${prefix}${suffix}`),
);

/** The fields of an asset, its master and its place in an album. */
export const ASSET_KEYS: readonly string[] = [
  ...RESOURCE_KEYS,
  ...(
    'itemType dataClassType filenameEnc originalOrientation isDeleted isExpunged dateExpunged ' +
    'remappedRef recordName recordType recordChangeTag masterRef adjustmentRenderType ' +
    'adjustmentType assetDate addedDate isFavorite isHidden orientation duration assetSubtype ' +
    'assetSubtypeV2 assetHDRType burstFlags burstFlagsExt burstId captionEnc extendedDescEnc ' +
    'keywordsEnc locationEnc locationV2Enc locationLatitude locationLongitude timeZoneOffset ' +
    'timeZoneNameEnc vidComplDurValue vidComplDurScale vidComplDispValue vidComplDispScale ' +
    'vidComplVisibilityState adjustedMediaMetaDataEnc adjustmentSimpleDataEnc ' +
    'customRenderedValue containerId itemId position isKeyAsset trashReason'
  ).split(' '),
];

/** What says that an asset is in an index, and nothing about it. */
export const ID_KEYS: readonly string[] = ['recordName'];

/** What a change feed needs: assets and masters, and albums with their names. */
export const CHANGE_KEYS: readonly string[] = [...ASSET_KEYS, 'albumNameEnc', 'albumType'];
