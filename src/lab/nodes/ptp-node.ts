import type { Instant, Ns, Stamp, UdpSocket } from '../../api/index.js';
import {
  decode,
  EVENT_PORT,
  encode,
  fromNs,
  GENERAL_PORT,
  GROUP_IPV4,
  isEvent,
  type Message,
  type MessageKind,
  NO_FLAGS,
  NO_INTERVAL,
  PEER_GROUP_IPV4,
  type PortIdentity,
  type PtpHeader,
  SDO_1588,
  TOO_LARGE,
} from '../../protocol/ptp/index.js';
import type { LabHost } from '../host.js';
import { type Link, wire } from '../network/link.js';
import type { Segment } from '../network/segment.js';

/** A kind of message that a simulated timeTransmitter sends. */
export type SentKind = Extract<
  MessageKind,
  'announce' | 'sync' | 'follow-up' | 'delay-resp' | 'pdelay-resp' | 'pdelay-resp-follow-up'
>;

export interface PtpNodeOptions {
  /** Its number on the network and that of its segment: 1, 2, … */
  readonly number: number;
  readonly segment: Segment;
  /** Error of its clock, reference − truth. */
  readonly offsetNs?: Ns;
  /** log2 of seconds. */
  readonly logSync: number;
  readonly logDelay: number;
  readonly twoStep: boolean;
  /** The links from the hub to the timeTransmitter, and back. */
  readonly up?: Link;
  readonly down?: Link;
}

/** A simulated timeTransmitter, which a test can change. */
export interface PtpNode {
  offsetNs: Ns;
  readonly up: Link;
  readonly down: Link;
  /** Messages that it does not send; and messages whose correctionField has the value for "too large". */
  mute: readonly SentKind[];
  spoiled: readonly SentKind[];
  /** Number of the port that sends Delay_Resp. Syncs come from port 1. */
  delayPort: number;
}

/** log2 of seconds between Announces. */
const LOG_ANNOUNCE = 0;
const TAI_MINUS_UTC = 37;
const MOST_OCTETS = 128;

/**
 * Adds a grandmaster of class 6 in domain 0, over UDP and IPv4, whose clock has only the given offset. It replies to Delay_Req
 * and Pdelay_Req at once.
 */
export function addPtpNode(host: LabHost, options: PtpNodeOptions): PtpNode {
  return new LabTransmitter(host, options);
}

class LabTransmitter implements PtpNode {
  offsetNs: Ns;
  readonly up: Link;
  readonly down: Link;
  mute: readonly SentKind[] = [];
  spoiled: readonly SentKind[] = [];
  delayPort = 1;
  readonly #host: LabHost;
  readonly #options: PtpNodeOptions;
  readonly #clock: string;
  readonly #event: UdpSocket;
  readonly #general: UdpSocket;
  readonly #into = new Uint8Array(MOST_OCTETS);
  #sequence = 0;

  constructor(host: LabHost, options: PtpNodeOptions) {
    const { number, segment } = options;
    this.#host = host;
    this.#options = options;
    this.offsetNs = options.offsetNs ?? 0;
    this.up = options.up ?? wire();
    this.down = options.down ?? wire();
    this.#clock = `020000fffe0000${number.toString(16).padStart(2, '0')}`;
    const node = host.fabric.attach({
      address: `10.200.${number}.1`,
      stamp: (by) => host.perfectStamp(by, -this.offsetNs - TAI_MINUS_UTC * 1e9),
    });
    node.plug(segment, {
      ...{ name: 'eth0', mac: `02:00:00:00:01:${number.toString(16).padStart(2, '0')}` },
      ...{ addresses: [`10.200.${number}.1`], towards: this.up, from: this.down },
    });
    const groups = [GROUP_IPV4, PEER_GROUP_IPV4];
    this.#event = node.udp({ interface: 'eth0', port: EVENT_PORT, groups });
    this.#general = node.udp({ interface: 'eth0', port: GENERAL_PORT, groups });
    this.#event.onDatagram(({ payload, received }) => this.#answer(payload, received));
    this.#every(2 ** LOG_ANNOUNCE * 1e9, () => this.#announce());
    this.#every(2 ** options.logSync * 1e9, () => this.#sync());
  }

  #every(intervalNs: Ns, act: () => void): void {
    const { scheduler } = this.#host;
    const next = () => {
      act();
      scheduler.at(scheduler.nowNs + intervalNs, next);
    };
    scheduler.at(intervalNs, next);
  }

  get #now(): Instant {
    return this.#host.perfectStamp('kernel', -this.offsetNs - TAI_MINUS_UTC * 1e9).time;
  }

  #announce(): void {
    this.#send({
      ...{ kind: 'announce', header: this.#header(this.#sequence, LOG_ANNOUNCE), origin: this.#now, tlvs: [] },
      ...{ currentUtcOffset: TAI_MINUS_UTC, priority1: 128, priority2: 128, grandmaster: this.#clock },
      quality: { clockClass: 6, accuracy: 0x21, variance: 0x4e5d },
      ...{ stepsRemoved: 0, timeSource: 0x20 },
    });
  }

  #sync(): void {
    const { twoStep, logSync } = this.#options;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const header = this.#header(this.#sequence, logSync);
    const origin = this.#now;
    this.#send({ kind: 'sync', header: { ...header, flags: { ...header.flags, twoStep } }, origin, tlvs: [] });
    if (twoStep) this.#send({ kind: 'follow-up', header, preciseOrigin: origin, tlvs: [] });
  }

  #answer(octets: Uint8Array, { time: receive }: Stamp): void {
    const message = decode(octets);
    if (message.kind !== 'delay-req' && message.kind !== 'pdelay-req') return;
    const { source: requesting, sequenceId } = message.header;
    const header = this.#header(sequenceId, NO_INTERVAL);
    if (message.kind === 'delay-req') {
      const source: PortIdentity = { clock: this.#clock, port: this.delayPort };
      const answered = { ...header, source, logInterval: this.#options.logDelay };
      this.#send({ kind: 'delay-resp', header: answered, receive, requesting, tlvs: [] });
      return;
    }
    const twoStep = { ...header, flags: { ...header.flags, twoStep: true } };
    this.#send({ kind: 'pdelay-resp', header: twoStep, requestReceipt: receive, requesting, tlvs: [] });
    this.#send({ kind: 'pdelay-resp-follow-up', header, responseOrigin: this.#now, requesting, tlvs: [] });
  }

  #header(sequenceId: number, logInterval: number): PtpHeader {
    return {
      ...{ sdoId: SDO_1588, minorVersion: 1, domain: 0, correction: fromNs(0), typeSpecific: 0 },
      ...{ source: { clock: this.#clock, port: 1 }, sequenceId, logInterval },
      flags: { ...NO_FLAGS, currentUtcOffsetValid: true, ptpTimescale: true, timeTraceable: true },
    };
  }

  #send(message: Message): void {
    const kind = message.kind as SentKind;
    if (this.mute.includes(kind)) return;
    const header = this.spoiled.includes(kind) ? { ...message.header, correction: TOO_LARGE } : message.header;
    const octets = this.#into.slice(0, encode({ ...message, header } as Message, this.#into));
    const address = kind.startsWith('pdelay') ? PEER_GROUP_IPV4 : GROUP_IPV4;
    if (isEvent(kind)) this.#event.send(octets, { address, port: EVENT_PORT });
    else this.#general.send(octets, { address, port: GENERAL_PORT });
  }
}
