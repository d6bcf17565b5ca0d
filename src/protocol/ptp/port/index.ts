export * from './action.js';
export * from './capability.js';
export type * from './grandmaster-data.js';
export { GRANT_LIMITS, type GrantLimits } from './grant-table.js';
export * from './latency.js';
export * from './receiver-port.js';
export type * from './receiver-view.js';
export * from './settings.js';
export * from './transmitter-port.js';
