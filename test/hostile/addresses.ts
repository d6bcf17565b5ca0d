/** Names and addresses in the two namespaces: the hub's machine, and that of all others. */
export const HUB_ADDRESS = '10.96.0.1';
export const OTHERS_ADDRESS = '10.96.0.2';
export const PREFIX = 16;
export const HUB_INTERFACE = 'vhub';
export const OTHERS_INTERFACE = 'vothers';

export const NTP_PORT = 123;
export const DASHBOARD_PORT = 11180;
/** On the hub's machine. */
export const GPSD_PORT = 2947;
/** Beside a PTP port on the same interface, to which 319 belongs. */
export const CSPTP_PORT = 3190;
