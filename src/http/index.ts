/**
 * The way to Apple: one client for API calls and one for file content, built from the same layers
 * (cookies, log, loopback), and the policy of trying again. A status is never an error here; only
 * a connection that fails is.
 */
export type * from './types.js';
export { allowedUrl, API_HOSTS, DOWNLOAD_HOSTS, isHostWithin } from './allowed-hosts.js';
export { createApiClient, type ApiClientOptions, type OwnedApiClient } from './api-client.js';
export { SessionCookies, type StoredCookie } from './cookie-jar.js';
export type { Transport } from './dispatcher.js';
export {
  createDownloadClient,
  type DownloadClientOptions,
  type OwnedDownloadClient,
} from './download-client.js';
export { readLoopback, type LoopbackEndpoint } from './loopback.js';
export {
  AUTH_RETRY,
  backoffMs,
  retryAfterMs,
  retryDelayMs,
  transferRetry,
  type RetrySettings,
} from './retry-policy.js';
export { SharedPause } from './shared-pause.js';
export { withRetry, type RetryOptions, type RetryReport } from './with-retry.js';
