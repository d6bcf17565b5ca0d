/** The network of the bench: servers at one address, any number of clients at others. */
export const SERVER = '10.98.0.1';
export const CLIENT = '10.98.0.2';
export const PREFIX = 16;
/** The clients' addresses. All of them are local to the clients' machine. */
export const CLIENTS = '10.97.0.0/16';

export const EVENT_PORT = 319;
export const GENERAL_PORT = 320;
/** Port of the CSPTP server. The PTP port on the same interface uses 319. */
export const CSPTP_PORT = 3190;

const OFFSET = 256;

export const addressOf = (client: number): string => `10.97.${(client + OFFSET) >> 8}.${(client + OFFSET) & 255}`;
