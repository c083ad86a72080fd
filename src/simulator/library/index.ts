/**
 * The library of the simulated account: zones with masters, assets and albums, the listings clients
 * page through, the log of changes behind sync tokens, and the records all of it is sent as. Tests
 * speak to it in the words of a user: `library.add(photo({ live: true }))`, `.primary.hide(id)`.
 */
export { burst, photo, screenshot, video } from './builder.js';
export type { AssetOptions, AssetSpec } from './builder.js';
export type { ExpectedFile } from './expected-files.js';
export type { GeneratedOptions } from './generated.js';
export type { Irregular } from './irregular.js';
export { SimLibrary } from './library.js';
export type { LibraryOptions, LibraryTuning } from './library.js';
export type { SimZone } from './zone.js';
export type { DatabaseName, IndexingState, ServiceError } from './zone-core.js';
