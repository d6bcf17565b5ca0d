export * from './data-sets.js';
export * from './managed-clock.js';
export { DELAY_MECHANISMS, PORT_STATES, TIMESTAMPING_NP, UNICAST_STATES_NP } from './port-data-sets.js';
export * from './responder.js';
export * from './subscribers.js';
