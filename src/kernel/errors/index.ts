export { type Explained, explain } from './explain.js';
export type { Explanation } from './explanation.js';
export { nearest } from './nearest.js';
export { ERRORS } from './table.js';
