export { type Explained, explain } from './explain.js';
export { nearest } from './nearest.js';
export { ERRORS, type Explanation } from './table.js';
