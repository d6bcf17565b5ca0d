export * from './presets.js';
export type * from './profile.js';
