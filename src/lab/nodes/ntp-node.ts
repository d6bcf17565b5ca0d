import type { Ns } from '../../api/index.js';
import { octetsOf } from '../../protocol/address/index.js';
import { NO_TICKET, SentReplies, toNtpTime } from '../../protocol/ntp/index.js';
import type { LabHost } from '../host.js';
import { cross, type Link, wire } from '../network/link.js';
import { reply, type ServerIdentity } from './ntp-reply.js';

export interface NtpNodeOptions extends Partial<ServerIdentity> {
  readonly address: string;
  readonly port?: number;
  /** Error of the server's clock, reference − truth. */
  readonly offsetNs?: Ns;
  /** Rate error of its clock, ppb: positive runs fast. */
  readonly driftPpb?: number;
  /** The links from the client to the server, and back. */
  readonly up?: Link;
  readonly down?: Link;
  /** Time from the writing of the transmit timestamp to the departure. Default: none. */
  readonly sending?: Link;
  /** The server has the interleaved mode (RFC 9769), with exact transmit stamps. */
  readonly interleaved?: boolean;
}

/** A simulated NTP server, which a test can change. */
export interface NtpNode {
  offsetNs: Ns;
  readonly up: Link;
  readonly down: Link;
  /** Requests answered. */
  readonly served: number;
  /** Changes the rate error of its clock, ppb. */
  drift(ppb: number): void;
  stop(): void;
  start(): void;
}

/** Adds an NTP server whose clock has only the given errors. It replies at once, but for `sending`. */
export function addNtpServer(host: LabHost, options: NtpNodeOptions): NtpNode {
  const identity: ServerIdentity = {
    stratum: options.stratum ?? 1,
    refid: options.refid ?? 'LAB',
    rootDelayNs: options.rootDelayNs ?? 0,
    rootDispersionNs: options.rootDispersionNs ?? 1e3,
  };
  const up = options.up ?? wire();
  const down = options.down ?? wire();
  const state = { offsetNs: options.offsetNs ?? 0, served: 0 };
  let drift = { ppb: options.driftPpb ?? 0, sinceNs: host.nowNs };
  const driftedNs = () => (drift.ppb === 0 ? 0 : (host.nowNs - drift.sinceNs) * drift.ppb * 1e-9);
  const node = host.fabric.attach({
    address: options.address,
    stamp: (by) => host.perfectStamp(by, -state.offsetNs - driftedNs()),
    towards: up,
    from: down,
  });
  const listen = () => {
    const socket = node.udp({ port: options.port ?? 123, transmitStamps: options.interleaved === true });
    const sentReplies = options.interleaved === true ? new SentReplies({ random: node.random.octets }) : undefined;
    const tickets = new Map<number, number>();
    socket.onSent((id, { time }) => {
      const words = toNtpTime(time);
      sentReplies?.stamp(tickets.get(id) ?? NO_TICKET, Number(words >> 32n), Number(words & 0xffff_ffffn));
      tickets.delete(id);
    });
    socket.onDatagram(({ payload, from, received }) => {
      const interleaved = sentReplies === undefined ? {} : { sentReplies, client: octetsOf(from.address)! };
      const answer = reply(payload, identity, received.time, received.time, interleaved);
      if (answer === undefined) return;
      state.served++;
      const ticket = sentReplies?.ticket ?? NO_TICKET;
      const send = () => {
        const { id } = socket.send(answer, from);
        if (ticket !== NO_TICKET) tickets.set(id, ticket);
      };
      const { sending } = options;
      if (sending === undefined) send();
      else host.scheduler.at(host.nowNs + cross(sending, node.random)!, send);
    });
    return socket;
  };
  let socket: ReturnType<typeof listen> | undefined = listen();
  return Object.assign(state, {
    up,
    down,
    drift(ppb: number) {
      state.offsetNs += driftedNs();
      drift = { ppb, sinceNs: host.nowNs };
    },
    stop() {
      socket?.close();
      socket = undefined;
    },
    start() {
      socket ??= listen();
    },
  });
}
