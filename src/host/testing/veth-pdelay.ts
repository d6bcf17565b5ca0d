import { readdirSync, readFileSync } from 'node:fs';
import type { Network, PdelayCounts, PdelayResponderOptions } from '../../api/index.js';

export interface PdelayFindings {
  /** Answers from vB: type, sequenceId, version, flags, correctionField, requestingPortIdentity, and the octets. */
  readonly answers: readonly string[];
  /** t3 − t2 of the answers, and the time from the sending of a request to the arrival of the Follow_Up, ns. */
  readonly stayNs: number;
  readonly followedNs: number;
  readonly counts: PdelayCounts;
}

export type Transport = 'ethernet' | 'udp4' | 'udp6';

const DOMAIN = 7;
const MAC = '01:80:c2:00:00:0e';
const GROUPS = { udp4: '224.0.0.107', udp6: 'ff02::6b' } as const;
const BLOCKED_MS = 60;

/** A Pdelay_Req or an answer to it. Fields that the test does not check are zero. */
function message(
  type: number,
  sequenceId: number,
  { domain = DOMAIN, flags = 0, clock = 0xaa, minorVersion = 1, correction = 0 } = {},
): Buffer {
  const octets = Buffer.alloc(54);
  octets[0] = 0x10 | type;
  octets[1] = (minorVersion << 4) | 2;
  octets.writeUInt16BE(octets.length, 2);
  octets[4] = domain;
  octets[6] = flags;
  octets.writeUInt32BE(correction, 12);
  octets.fill(clock, 20, 28);
  octets.writeUInt16BE(3, 28);
  octets.writeUInt16BE(sequenceId, 30);
  return octets;
}

const OWN_CLOCK = 0xbb;
const TWO_STEP = 0x02;
const UNICAST = 0x04;

function optionsOf(transport: Transport): PdelayResponderOptions {
  const answers = {
    ...{
      response: message(3, 0, { flags: TWO_STEP, clock: OWN_CLOCK }),
      followUp: message(10, 0, { clock: OWN_CLOCK }),
    },
    ...{ ingressNs: 100, egressNs: 1000 },
  };
  if (transport === 'ethernet') {
    const socket = { over: 'ethernet', interface: 'vB', etherType: 0x88f7, groups: [MAC] } as const;
    return { socket, group: MAC, ...answers };
  }
  const group = GROUPS[transport];
  const address = transport === 'udp6' ? `${group}%vB` : group;
  const socket = { over: 'udp', interface: 'vB', address, port: 319, groups: [group], reuse: true } as const;
  return { socket, group, ...answers };
}

interface Neighbour {
  send(octets: Uint8Array): bigint;
  onMessage(handler: (octets: Buffer, monotonic: bigint) => void): void;
  close(): void;
}

function neighbourOver(network: Network, transport: Transport): Neighbour {
  if (transport === 'ethernet') {
    const socket = network.ethernet({ interface: 'vA', etherType: 0x88f7, groups: [MAC] });
    return {
      send: (octets) => socket.send(octets, MAC).before.monotonic,
      onMessage: (handler) =>
        socket.onFrame(({ payload, received }) => handler(Buffer.from(payload), received.monotonic)),
      close: () => socket.close(),
    };
  }
  const group = GROUPS[transport];
  const open = (port: number) =>
    network.udp({ interface: 'vA', family: transport === 'udp6' ? 6 : 4, port, groups: [group], reuse: true });
  const [event, general] = [open(319), open(320)];
  return {
    send: (octets) => event.send(octets, { address: group, port: 319 }).before.monotonic,
    onMessage(handler) {
      for (const socket of [event, general])
        socket.onDatagram(({ payload, received }) => handler(Buffer.from(payload), received.monotonic));
    },
    close() {
      event.close();
      general.close();
    },
  };
}

const timeIn = (octets: Buffer): bigint =>
  BigInt(octets.readUIntBE(34, 6)) * 1_000_000_000n + BigInt(octets.readUInt32BE(40));

/** Fields of the Pdelay_Req that is answered, beside those of all messages. */
type Asked = Pick<NonNullable<Parameters<typeof message>[2]>, 'minorVersion' | 'correction'>;

/** Sends requests from vA to vB, whose event loop is blocked for longer than an answer may take. */
export async function exchangePdelay(network: Network, transport: Transport, asked: Asked): Promise<PdelayFindings> {
  const responder = network.pdelayResponder(optionsOf(transport))!;
  const neighbour = neighbourOver(network, transport);
  const answers: string[] = [];
  const times = new Map<number, bigint>();
  let arrival = 0n;
  const last = new Promise<void>((resolve) =>
    neighbour.onMessage((octets, monotonic) => {
      const type = octets[0]! & 15;
      times.set(type, timeIn(octets));
      const version = `${octets[1]! & 15}.${octets[1]! >> 4}`;
      const [flags, correction, requesting] = [
        octets[6],
        octets.toString('hex', 8, 16),
        octets.toString('hex', 44, 54),
      ];
      const said = `${type} ${octets.readUInt16BE(30)} ${version} flags ${flags} correction ${correction}`;
      answers.push(`${said} to ${requesting} of ${octets.length}`);
      arrival = monotonic;
      if (answers.length === 2) resolve();
    }),
  );
  neighbour.send(message(2, 1, { domain: DOMAIN + 1 }));
  neighbour.send(message(2, 2, { flags: UNICAST }));
  neighbour.send(message(2, 3, { clock: OWN_CLOCK }));
  neighbour.send(message(2, 4).subarray(0, 50));
  neighbour.send(message(0, 5));
  const sent = neighbour.send(message(2, 0x1234, asked));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCKED_MS);
  await last;
  responder.close();
  // The counters can be read after it is closed.
  const counts = responder.counts();
  neighbour.close();
  const stayNs = Number((times.get(10) ?? 0n) - (times.get(3) ?? 0n));
  return { answers: answers.sort(), stayNs, followedNs: Number(arrival - sent), counts };
}

const FLOOD_MS = 500;

/** Returns the share of a processor that the answering thread uses while vA sends requests as fast as it can. */
export function floodPdelay(network: Network): number {
  const responder = network.pdelayResponder(optionsOf('ethernet'))!;
  const neighbour = neighbourOver(network, 'ethernet');
  const start = performance.now();
  for (let n = 0; performance.now() < start + FLOOD_MS; n++) neighbour.send(message(2, n & 0xffff));
  const share = answeringMs() / (performance.now() - start);
  responder.close();
  neighbour.close();
  return share;
}

/** Returns the CPU time of the thread since its start, ms. */
function answeringMs(): number {
  const tasks = '/proc/self/task';
  const task = readdirSync(tasks).find((id) => readFileSync(`${tasks}/${id}/comm`, 'utf8').trim() === 'pdelay');
  return Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ', 1)[0]) / 1e6;
}
