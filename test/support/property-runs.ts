import * as fc from 'fast-check';

/** `KEI_PROPERTY_RUNS=5000 npm test` draws that many cases for every property without its own number. */
const runs = Number(process.env['KEI_PROPERTY_RUNS'] ?? 0);
if (runs > 0) fc.configureGlobal({ numRuns: runs });
