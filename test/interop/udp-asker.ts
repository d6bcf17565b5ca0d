import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { Bench } from '../bench.js';
import { within } from '../launch.js';

export interface NtpPacket {
  readonly octets: Buffer;
  readonly version: number;
  readonly mode: number;
  readonly leap: number;
  readonly stratum: number;
  readonly poll: number;
  readonly precision: number;
  readonly rootDelay: number;
  readonly rootDispersion: number;
  /** Four letters, as in a kiss of death. */
  readonly code: string;
  readonly reference: bigint;
  readonly origin: bigint;
  readonly receive: bigint;
  readonly transmit: bigint;
  readonly from: RemoteInfo;
}

const read = (octets: Buffer, from: RemoteInfo): NtpPacket => ({
  ...{ octets, from, version: (octets[0]! >> 3) & 7, mode: octets[0]! & 7, leap: octets[0]! >> 6 },
  ...{ stratum: octets[1]!, poll: octets.readInt8(2), precision: octets.readInt8(3) },
  ...{
    rootDelay: octets.readUInt32BE(4),
    rootDispersion: octets.readUInt32BE(8),
    code: octets.toString('latin1', 12, 16),
  },
  ...{ reference: octets.readBigUInt64BE(16), origin: octets.readBigUInt64BE(24) },
  ...{ receive: octets.readBigUInt64BE(32), transmit: octets.readBigUInt64BE(40) },
});

/** A transmit timestamp that no other request has. */
let serial = 1n;

/** Returns a request of these version and mode with a unique transmit timestamp, and room for `octets` octets behind it. */
export function ntpRequest(version = 4, mode = 3, trailer: Uint8Array = new Uint8Array(0)): Buffer {
  const packet = Buffer.alloc(48 + trailer.length);
  packet[0] = (version << 3) | mode;
  packet[2] = 6;
  packet.writeBigUInt64BE((0xecd1_0000n << 32n) | serial++, 40);
  packet.set(trailer, 48);
  return packet;
}

/** An extension field of that type and length; `fill` fills its body. */
export function extensionField(type: number, octets: number, fill = 0): Buffer {
  const field = Buffer.alloc(octets, fill);
  field.writeUInt16BE(type, 0);
  field.writeUInt16BE(octets, 2);
  return field;
}

/**
 * A UDP client that asks one server. After each request it sends a plain one from a socket that the server always serves: when
 * the reply to that one is there, so is every reply to the first, because a server answers in the order of arrival. So silence
 * is found without waiting, and after each request the server is known to be alive.
 */
export class UdpAsker {
  readonly #socket: Socket;
  readonly #marker: Socket;
  readonly #to: { readonly port: number; readonly address: string };
  #got: NtpPacket[] = [];

  private constructor(socket: Socket, marker: Socket, to: { readonly port: number; readonly address: string }) {
    this.#socket = socket;
    this.#marker = marker;
    this.#to = to;
    socket.on('message', (octets, from) => {
      if (octets.length >= 48) this.#got.push(read(octets, from));
    });
  }

  /** `from`: local address to ask from; `marker`: an address that the server serves. */
  static async open(
    bench: Bench,
    to: { readonly port: number; readonly address: string },
    { from, marker = '127.0.0.1' }: { readonly from?: string; readonly marker?: string } = {},
  ): Promise<UdpAsker> {
    const open = async (address: string | undefined): Promise<Socket> => {
      const socket = createSocket(to.address.includes(':') ? 'udp6' : 'udp4');
      await new Promise<void>((resolve) => socket.bind(0, address, resolve));
      socket.setRecvBufferSize(1 << 22);
      bench.later(() => socket.close());
      return socket;
    };
    return new UdpAsker(await open(from), await open(to.address.includes(':') ? undefined : marker), to);
  }

  /** Sends the packets and returns all replies to them. Rejects if the server is dead afterwards. */
  async ask(...packets: readonly Uint8Array[]): Promise<readonly NtpPacket[]> {
    this.#got = [];
    for (const packet of packets) this.#socket.send(packet, this.#to.port, this.#to.address);
    await this.#isAlive();
    // The replies were sent before that of the marker; both sockets belong to one event loop.
    await new Promise(setImmediate);
    await new Promise(setImmediate);
    return this.#got;
  }

  /** Asks once and returns the only reply. */
  async one(packet: Uint8Array): Promise<NtpPacket> {
    const replies = await this.ask(packet);
    if (replies.length !== 1) throw new Error(`${replies.length} replies`);
    return replies[0]!;
  }

  async #isAlive(): Promise<void> {
    const request = ntpRequest();
    const answered = new Promise<void>((resolve) => {
      const take = (octets: Buffer): void => {
        if (octets.length < 48 || octets.compare(request, 40, 48, 24, 32) !== 0) return;
        this.#marker.off('message', take);
        resolve();
      };
      this.#marker.on('message', take);
    });
    this.#marker.send(request, this.#to.port, this.#to.address);
    await within(5000, answered, () => `no reply from ${this.#to.address}:${this.#to.port}`);
  }
}
