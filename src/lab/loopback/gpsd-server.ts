import { createServer, type Server, type Socket } from 'node:net';
import { type Endpoint, HubError, type TcpConnection } from '../../api/index.js';
import { GpsdFeed, type ReceiverWorld } from '../nodes/gpsd-feed.js';
import type { Random } from '../random.js';
import type { GpsdTable } from './lab-table.js';
import type { LabPart } from './part.js';

/** A gpsd on a loopback port, with one simulated receiver. */
export class LoopbackGpsd implements LabPart {
  readonly name: string;
  readonly summary: string;
  served = 0;
  readonly #listen: Endpoint;
  readonly #table: GpsdTable;
  readonly #world: ReceiverWorld;
  readonly #random: Random;
  #server: Server | undefined;
  #feed: GpsdFeed | undefined;

  constructor(table: GpsdTable, world: ReceiverWorld, random: Random) {
    this.name = table.name;
    this.#listen = table.listen;
    this.#table = table;
    this.#world = world;
    this.#random = random;
    this.summary = `gpsd at ${table.listen.address}:${table.listen.port} with ${table.satellites} satellites${table.pps ? ' and pulses' : ''}`;
  }

  get running(): boolean {
    return this.#server !== undefined;
  }

  async start(): Promise<void> {
    if (this.#server !== undefined) return;
    const feed = new GpsdFeed(receiverOf(this.#table), this.#world, this.#random);
    const server = createServer({ noDelay: true }, (socket) => {
      this.served++;
      feed.accept(connectionOf(socket));
    });
    try {
      await listening(server, this.#listen);
    } catch (cause) {
      feed.close();
      throw new HubError(
        'TH_NET_BIND',
        `cannot listen at ${this.#listen.address}:${this.#listen.port}: ${(cause as Error).message}`,
        { cause },
      );
    }
    this.#server = server;
    this.#feed = feed;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    this.#feed?.close();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }
}

const receiverOf = (table: GpsdTable) => ({
  device: table.device,
  offsetNs: table.offset,
  jitterNs: table.jitter,
  serialDelayNs: table['serial-delay'],
  serialJitterNs: table['serial-jitter'],
  satellites: table.satellites,
  leapSeconds: table['leap-seconds'],
  pps: table.pps,
});

const listening = (server: Server, { address, port }: Endpoint): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => {
      server.off('error', reject);
      resolve();
    });
  });

function connectionOf(socket: Socket): TcpConnection {
  // An error of one client ends only its connection.
  socket.on('error', () => socket.destroy());
  return {
    write: (text) => void (socket.writable && socket.write(text)),
    onData: (handler) => void socket.on('data', handler),
    onClose: (handler) => void socket.on('close', () => handler()),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    close: () => void socket.destroy(),
  };
}
