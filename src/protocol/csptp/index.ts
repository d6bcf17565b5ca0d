export * from './claims.js';
export * from './exchange.js';
export * from './measure.js';
export * from './request.js';
export * from './response.js';
export * from './server.js';
export * from './tlv.js';
