export * from './action.js';
export * from './capability.js';
export * from './latency.js';
export * from './receiver-port.js';
export type * from './receiver-view.js';
export * from './settings.js';
