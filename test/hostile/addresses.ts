/** Names and addresses in the two namespaces: the hub's machine, and that of all others. */
export const HUB_ADDRESS = '10.96.0.1';
export const OTHERS_ADDRESS = '10.96.0.2';
export const PREFIX = 16;
/** The attackers' address on the others' machine, for attacks that need a true address. */
export const ATTACKER_ADDRESSES = Array.from({ length: 8 }, (_, n) => `10.96.1.${n + 1}`);
export const HUB_INTERFACE = 'vhub';
export const OTHERS_INTERFACE = 'vothers';

export const NTP_PORT = 123;
export const DASHBOARD_PORT = 11180;
/** Port of the gpsd on the hub's machine. */
export const GPSD_PORT = 2947;
/** Port of the CSPTP server. The PTP port on the same interface uses 319. */
export const CSPTP_PORT = 3190;
