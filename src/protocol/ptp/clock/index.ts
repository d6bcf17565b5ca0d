export * from './managed.js';
export * from './management-responder.js';
export * from './subscribers.js';
