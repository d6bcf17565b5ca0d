/** Runs digests.ts on a checkout that is set up: `npm run digests`. TIMEHUB_NO_SETUP=1 takes the compiled tree as it is. */
if (process.env.TIMEHUB_NO_SETUP === undefined) await import('./setup.mjs');
/** @type {string} */
const compiled = '../dist/scripts/digests.js';
await import(compiled);
