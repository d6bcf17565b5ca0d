import { type Field, fixed, struct } from './field.js';
import { u16 } from './number.js';

/**
 * The eight octets of a clockIdentity (IEEE 1588-2019 §7.5.2.2) as 16 lowercase hex digits: `<` and `===` on two of them
 * are the comparisons of §9.3.4.
 */
export type ClockIdentity = string;

/** IEEE 1588-2019 §5.3.5. */
export interface PortIdentity {
  readonly clock: ClockIdentity;
  /** 1 to 0xFFFE; 0xFFFF addresses every port, 0 is none. */
  readonly port: number;
}

export const NO_CLOCK: ClockIdentity = '0000000000000000';
export const NO_PORT: PortIdentity = { clock: NO_CLOCK, port: 0 };
/** The target identity that addresses every port of every clock (§13.12.1). */
export const ALL_PORTS: PortIdentity = { clock: 'ffffffffffffffff', port: 0xffff };

export const clockIdentity: Field<ClockIdentity> = fixed(8, getClockIdentity, setClockIdentity);
export const portIdentity: Field<PortIdentity> = struct({ clock: clockIdentity, port: u16 });

export function getClockIdentity(view: DataView, at: number): ClockIdentity {
  return hex(view.getUint32(at)) + hex(view.getUint32(at + 4));
}

export function setClockIdentity(view: DataView, at: number, clock: ClockIdentity): void {
  view.setUint32(at, Number.parseInt(clock.slice(0, 8), 16));
  view.setUint32(at + 4, Number.parseInt(clock.slice(8), 16));
}

export const samePort = (a: PortIdentity, b: PortIdentity): boolean => a.port === b.port && a.clock === b.clock;

/** Returns a negative number if `a` is the lower identity (§7.5.2.4). */
export function comparePorts(a: PortIdentity, b: PortIdentity): number {
  if (a.clock !== b.clock) return a.clock < b.clock ? -1 : 1;
  return a.port - b.port;
}

/** Returns true if the target of a message is this port: its own identity, or all ones (§13.12.1). */
export function isAddressedTo(target: PortIdentity, port: PortIdentity): boolean {
  const clockFits = target.clock === port.clock || target.clock === ALL_PORTS.clock;
  return clockFits && (target.port === port.port || target.port === ALL_PORTS.port);
}

/**
 * Returns the EUI-64 of a MAC address: `FF FE` in its middle (802.1AS-2011 §8.5.2.2.1; linuxptp does the same). `mac`: six
 * octets in hex, with or without separators. Returns undefined for any other text.
 */
export function clockIdentityOfMac(mac: string): ClockIdentity | undefined {
  const digits = bare(mac);
  return /^[0-9a-f]{12}$/.test(digits) ? `${digits.slice(0, 6)}fffe${digits.slice(6)}` : undefined;
}

/** Reads 16 hex digits with or without `.`, `:` or `-` between them. */
export function parseClockIdentity(text: string): ClockIdentity | undefined {
  const digits = bare(text);
  return /^[0-9a-f]{16}$/.test(digits) ? digits : undefined;
}

/** `001122.fffe.334455`, as linuxptp shows it. */
export const formatClockIdentity = (clock: ClockIdentity): string =>
  `${clock.slice(0, 6)}.${clock.slice(6, 10)}.${clock.slice(10)}`;

/** `001122.fffe.334455-1` */
export const formatPortIdentity = ({ clock, port }: PortIdentity): string => `${formatClockIdentity(clock)}-${port}`;

const bare = (text: string): string => text.toLowerCase().replace(/[.:-]/g, '');

const hex = (word: number): string => word.toString(16).padStart(8, '0');
