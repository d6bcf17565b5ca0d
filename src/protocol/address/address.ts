import { isHostName } from './host-name.js';

/**
 * Returns the 16 octets of an IPv6 address, of an IPv4 address as `::ffff:a.b.c.d`, without a zone (`%eth0`). Undefined for
 * other texts.
 */
export function octetsOf(address: string): Uint8Array | undefined {
  const octets = new Uint8Array(16);
  if (!address.includes(':')) {
    octets[10] = octets[11] = 0xff;
    return putQuad(address, octets, 12) ? octets : undefined;
  }
  const text = address.split('%', 1)[0]!;
  const [head, tail, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const front = groupsOf(head!);
  const back = tail === undefined ? [] : groupsOf(tail);
  if (front === undefined || back === undefined) return undefined;
  const length = front.length + back.length;
  if (tail === undefined ? length !== 16 : length > 14) return undefined;
  octets.set(front, 0);
  octets.set(back, 16 - back.length);
  return octets;
}

/** Returns true for the octets of an IPv4 address, as `octetsOf` returns them. */
export function isMappedV4(octets: Uint8Array): boolean {
  for (let i = 0; i < 10; i++) if (octets[i] !== 0) return false;
  return octets[10] === 0xff && octets[11] === 0xff;
}

/** Returns 4 or 16 octets as text; undefined if they are no address, or all zero. */
export function formatAddress(octets: Uint8Array): string | undefined {
  if ((octets.length !== 4 && octets.length !== 16) || octets.every((octet) => octet === 0)) return undefined;
  if (octets.length === 4) return octets.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((octets[2 * i]! << 8) | octets[2 * i + 1]!).toString(16));
  return groups.join(':');
}

/** A host and a port, not resolved. */
export interface Server {
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `host`, `host:port`, `2001:db8::1`, `fe80::1%eth0` or `[2001:db8::1]:port`. Returns undefined for other texts. A host
 * is an IP address or a name that a resolver accepts.
 */
export function parseServer(text: string, defaultPort = 123): Server | undefined {
  if (isLiteral(text)) return { host: text, port: defaultPort };
  const match = /^(?:\[([^\]]+)\]|([^:\s[\]]+))(?::(\d{1,5}))?$/.exec(text);
  if (match === null) return undefined;
  const [, literal, name, digits] = match;
  const isHost = literal === undefined ? isLiteral(name!) || isHostName(name!) : isLiteral(literal);
  if (!isHost) return undefined;
  const port = digits === undefined ? defaultPort : Number(digits);
  return port > 65535 ? undefined : { host: (literal ?? name)!, port };
}

/** Returns `192.0.2.1:123` or `[2001:db8::1]:123`. */
export const formatServer = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

/** The zone of a link-local address (RFC 4007 §11): the name or number of an interface. */
const ZONE = /^[\w.-]{1,15}$/;

/** Returns whether the text is an IP address; the zone of an IPv6 address is checked too. */
function isLiteral(text: string): boolean {
  const zone = text.indexOf('%');
  return octetsOf(text) !== undefined && (zone < 0 || ZONE.test(text.slice(zone + 1)));
}

const DOT = 0x2e;
const ZERO = 0x30;

/** Writes a dotted quad at `at`. It reads the sender of every datagram, so it uses no regular expression. */
function putQuad(text: string, octets: Uint8Array, at: number): boolean {
  let part = 0;
  let value = -1;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : DOT;
    if (code === DOT) {
      if (value < 0 || part === 4) return false;
      octets[at + part++] = value;
      value = -1;
    } else {
      // Some programs read a leading zero as octal.
      if (code < ZERO || code > ZERO + 9 || value === 0) return false;
      value = Math.max(value, 0) * 10 + code - ZERO;
      if (value > 255) return false;
    }
  }
  return part === 4;
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const octets: number[] = [];
  const groups = text.split(':');
  for (const [i, group] of groups.entries()) {
    if (i === groups.length - 1 && group.includes('.')) {
      const quad = new Uint8Array(4);
      if (!putQuad(group, quad, 0)) return undefined;
      octets.push(...quad);
    } else {
      if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
      const value = Number.parseInt(group, 16);
      octets.push(value >> 8, value & 0xff);
    }
  }
  return octets;
}
