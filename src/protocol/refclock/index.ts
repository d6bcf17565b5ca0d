export type { RefclockSample, SampleLeap } from './sample.js';
export { SHM_OCTETS, shmKey, takeShm, writeShm } from './shm.js';
export { decodeSock, encodeSock, SOCK_OCTETS } from './sock.js';
