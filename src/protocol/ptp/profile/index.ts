export * from './presets.js';
export * from './profile.js';
