export * from './announce-check.js';
export * from './data-set-comparison.js';
export * from './foreign-masters.js';
export * from './state-decision.js';
