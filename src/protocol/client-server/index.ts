export * from './access.js';
export * from './lead.js';
export * from './peer.js';
export * from './poll.js';
export * from './rate-limit.js';
export * from './reasons.js';
export * from './tally.js';
