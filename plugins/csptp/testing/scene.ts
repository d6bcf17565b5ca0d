import type { Running, StampClass } from 'timehub/api';
import { type Creatable, createInstance } from 'timehub/testing';
import { createLabHost } from '../../../src/lab/host.js';
import { type Link, wire } from '../../../src/lab/network/link.js';
import type { SegmentPort } from '../../../src/lab/network/segment.js';
import sink from '../sink.js';
import source from '../source.js';
import { Machine } from './lab-machine.js';

export const S = 1e9;
export const SERVER = '10.0.0.2';
export const CLIENT = '10.0.0.1';
/** TAI − UTC: legs between the system clock and a server's TAI contain it. */
export const TAI_NS = 37 * S;
/** True time − the client's clock. */
export const BEHIND_NS = 41e6;
export const UP_NS = 3e6;
export const DOWN_NS = 1e6;

/** A client and a server on a switch, in virtual time; the server's clock is wrong by an error that its hub knows. */
export interface Scene {
  readonly client: Machine;
  readonly server: Machine;
  readonly clientPort: SegmentPort;
  readonly serverPort: SegmentPort;
  /** Datagrams from the server; a test may change them on the way. */
  readonly down: Link;
  ask(options?: Record<string, unknown>): Promise<Running<unknown>>;
  serve(options?: Record<string, unknown>): Promise<Running<unknown>>;
  pass(seconds: number): Promise<void>;
}

/** `stamps`: the best class that the machines support. */
export function scene(stamps: StampClass = 'kernel'): Scene {
  const near = createLabHost({ seed: 3, stamps, clock: { offsetNs: BEHIND_NS }, phcs: { ptp0: { offsetNs: 250 } } });
  const far = createLabHost({
    beside: near,
    stamps,
    address: '192.0.2.2',
    clock: { offsetNs: -7e6 },
    phcs: { ptp0: { offsetNs: -500 } },
  });
  const segment = near.fabric.segment('lan');
  const down = wire({ baseNs: DOWN_NS });
  const up = wire({ baseNs: UP_NS });
  const macs = ['02:00:00:00:00:01', '02:00:00:00:00:02'] as const;
  const clientPort = near.network.plug(segment, { name: 'eth0', mac: macs[0], addresses: [CLIENT], phc: 0, from: up });
  const serverPort = far.network.plug(segment, { name: 'eth0', mac: macs[1], addresses: [SERVER], phc: 0, from: down });
  const client = new Machine(near);
  const server = new Machine(far);
  return {
    client,
    server,
    clientPort,
    serverPort,
    down,
    ask: (options) =>
      started(source, client.source, { address: SERVER, interface: 'eth0', stamps: 'software', ...options }),
    serve: (options) =>
      started(sink, server.sink, { listen: `${SERVER}:319`, interface: 'eth0', stamps: 'software', ...options }),
    pass: (seconds) => near.run(near.nowNs + seconds * S),
  };
}

/** Starts an instance of a plugin with this table of a configuration. */
export async function started<C, X>(
  definition: Creatable<C, X>,
  context: X,
  options: Readonly<Record<string, unknown>>,
): Promise<Running<unknown>> {
  const running = await createInstance(definition, options, context);
  await running.start();
  return running as Running<unknown>;
}
