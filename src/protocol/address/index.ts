export * from './address.js';
export * from './endpoint.js';
export * from './host-name.js';
export * from './subnet.js';
