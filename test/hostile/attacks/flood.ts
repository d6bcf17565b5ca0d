import { spawn } from 'node:child_process';
import type { Attack } from '../attack.js';

/** Datagrams from forged addresses, as flood.c sends them. */
export interface Flood {
  readonly name: string;
  readonly to: string;
  readonly port: number;
  /** The first of `clients` consecutive addresses. */
  readonly from?: string;
  readonly clients: number;
  /** Default: another port for each datagram. */
  readonly sourcePort?: number;
  /** Datagrams a second. */
  readonly rate: number;
  readonly payload: Uint8Array;
  /** See `Attack`. */
  readonly mostOctets?: number;
  /** Fields of each datagram by offset: the client's number (4 octets), the number of its datagrams (2), random octets (4). */
  readonly fields?: Readonly<Record<number, 'client' | 'sequence' | 'random'>>;
}

/** First of the forged addresses. Neither machine has one of them. */
const FORGED = '11.0.0.0';

/** Maximum number of octets out for each octet in. An answer is not longer than its request; the honest client adds traffic. */
const MOST_OCTETS = 1.1;

/** Share of the rate that a busy machine must reach. */
const LEAST_SHARE = 0.5;

export const floodOf = (flood: Flood): Attack => ({
  name: flood.name,
  atLeast: flood.rate * LEAST_SHARE,
  mostOctets: flood.mostOctets ?? MOST_OCTETS,
  begin({ flood: program }) {
    let sent = 0;
    const child = spawn(program, argumentsOf(flood), { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.on('data', (text: Buffer) => {
      sent = Number(text.toString().trimEnd().split('\n').at(-1));
    });
    child.on('exit', () => process.exit(1));
    return () => sent;
  },
});

const argumentsOf = ({ to, port, from = FORGED, clients, sourcePort = 0, rate, payload, fields = {} }: Flood) => [
  ...[to, port, from, clients, sourcePort, rate].map(String),
  Buffer.from(payload).toString('hex'),
  ...Object.entries(fields).map(([offset, field]) => `${field}@${offset}`),
];
