export type { RefclockSample, SampleLeap } from './sample.js';
export { decodeSock, encodeSock, SOCK_OCTETS } from './sock.js';
