export * from './announce-check.js';
export * from './candidate.js';
export * from './foreign-masters.js';
export * from './state-decision.js';
