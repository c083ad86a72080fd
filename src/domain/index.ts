/**
 * The words of the project: what an asset, a rendition, a library, an album, a change, a plan and
 * an outcome are. Types and small pure tables only; this folder imports nothing.
 */
export type * from './album.js';
export type * from './asset.js';
export type * from './change.js';
export type * from './library.js';
export type * from './options.js';
export type * from './outcome.js';
export type * from './plan.js';
export { RENDITION_KEYS, type Rendition, type RenditionKey } from './rendition.js';
