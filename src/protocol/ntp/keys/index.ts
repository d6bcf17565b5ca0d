export * from './aes-cmac.js';
export * from './key-file.js';
export * from './key-types.js';
export * from './symmetric-key.js';
