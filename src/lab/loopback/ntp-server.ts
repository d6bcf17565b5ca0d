import {
  type Datagram,
  type Endpoint,
  formatDuration,
  formatOffset,
  type Instant,
  type Ns,
  type Timer,
  type UdpSocket,
} from '../../api/index.js';
import type { Host } from '../../kernel/host.js';
import { cross, type Link } from '../network/link.js';
import { reply, type ServerIdentity } from '../nodes/ntp-reply.js';
import type { Random } from '../random.js';
import type { ServerTable } from './lab-table.js';
import type { LabPart } from './part.js';

const LONGEST_LAG_NS = 500e3;

/**
 * A real NTP server on a loopback port, behind a simulated path. The reply leaves late by the two simulated delays. Its stamps
 * are computed from the real times of the request and the reply: the client measures exactly those delays, even if timers of
 * the event loop are late.
 */
export class LoopbackNtpServer implements LabPart {
  readonly name: string;
  readonly summary: string;
  served = 0;
  readonly #listen: Endpoint;
  readonly #offset: bigint;
  readonly #identity: ServerIdentity;
  readonly #up: Link;
  readonly #down: Link;
  readonly #host: Host;
  readonly #random: Random;
  readonly #pending = new Set<Timer>();
  #socket: UdpSocket | undefined;
  /** Time from reading the clock until a reply leaves. */
  #lagNs: Ns = 20e3;
  #asked = { id: -1, time: 0n };

  constructor(table: ServerTable, host: Host, random: Random) {
    this.name = table.name;
    this.#host = host;
    this.#random = random;
    this.#listen = table.listen;
    this.#offset = BigInt(Math.round(table.offset));
    this.#up = { ...table.up, loss: table.loss };
    this.#down = { ...(table.down ?? table.up), loss: table.loss };
    this.#identity = {
      stratum: table.stratum,
      refid: table.refid,
      rootDelayNs: table['root-delay'],
      rootDispersionNs: table['root-dispersion'],
    };
    this.summary = `NTP server at ${table.listen.address}:${table.listen.port}, ${formatDuration(this.#up.baseNs)} away, ${describe(table.offset)}`;
  }

  get running(): boolean {
    return this.#socket !== undefined;
  }

  async start(): Promise<void> {
    if (this.#socket !== undefined) return;
    this.#socket = this.#host.network.udp({ ...this.#listen, transmitStamps: true });
    this.#socket.onDatagram((datagram) => this.#receive(datagram));
    this.#socket.onSent((id, { time }) => this.#learnLag(id, time));
  }

  async stop(): Promise<void> {
    this.#socket?.close();
    this.#socket = undefined;
    for (const timer of this.#pending) timer.cancel();
    this.#pending.clear();
  }

  #receive({ payload, from, received }: Datagram): void {
    const upNs = cross(this.#up, this.#random);
    const downNs = cross(this.#down, this.#random);
    if (upNs === undefined || downNs === undefined) return;
    const request = payload.slice();
    const arrival = received.time + round(upNs);
    this.#at(arrival + round(downNs), () => this.#answer(request, from, arrival, round(downNs)));
  }

  #answer(request: Uint8Array, from: Endpoint, arrival: Instant, down: bigint): void {
    const socket = this.#socket;
    const { time } = this.#host.clocks[0]!.read();
    const departure = time + round(this.#lagNs) - down;
    const answer = reply(request, this.#identity, arrival + this.#offset, departure + this.#offset);
    if (answer === undefined || socket === undefined) return;
    this.served++;
    this.#asked = { id: socket.send(answer, from).id, time };
  }

  /** The sending time must not look like a longer delay back: it is predicted from the last replies. */
  #learnLag(id: number, sent: Instant): void {
    const lagNs = Number(sent - this.#asked.time);
    if (id === this.#asked.id && lagNs > 0 && lagNs < LONGEST_LAG_NS) this.#lagNs += (lagNs - this.#lagNs) / 4;
  }

  /** Calls `work` at `due` or later: an early reply would show too short a delay. */
  #at(due: Instant, work: () => void): void {
    const leftNs: Ns = Number(due - this.#host.clocks[0]!.read().time);
    if (leftNs <= 0) {
      work();
      return;
    }
    const timer = this.#host.after(leftNs, () => {
      this.#pending.delete(timer);
      this.#at(due, work);
    });
    this.#pending.add(timer);
  }
}

const round = (ns: Ns): bigint => BigInt(Math.round(ns));

/** `offsetNs`: reference − truth. A positive offset is a fast server. */
const describe = (offsetNs: Ns): string => (offsetNs === 0 ? 'right' : formatOffset(-offsetNs));
