// Run as a program: sends invalid and forged messages from its machine, on orders of its parent (IPC).

import { loadNative } from '../../src/host/native.js';
import { arenaOf, DATAGRAM } from '../../src/host/net/arena.js';
import { REQUEST_OCTETS, request } from '../../src/protocol/csptp/index.js';
import { LONG_RESPONSE_DUMP, ORG_REQUEST_DUMP, REQUEST_DUMP } from '../../src/protocol/csptp/testing/dumps.js';
import {
  ETHERTYPE,
  EVENT_PORT,
  encode,
  GENERAL_PORT,
  GROUP_IPV4,
  GROUP_MAC,
  LINK_MAC,
} from '../../src/protocol/ptp/index.js';
import { announceOf, portOf } from '../../src/protocol/ptp/port/testing/messages.js';
import { type Below, generator, goodFrames, mutate } from '../../src/protocol/ptp/testing/frames.js';

export type Way = 'udp' | 'ethernet' | 'csptp';

export type Order =
  /** Random and mutated frames. */
  | { readonly kind: 'rubbish'; readonly way: Way; readonly count: number }
  /** `count` Announces, each of another clock, numbered from `first`. */
  | {
      readonly kind: 'announces';
      readonly way: Way;
      readonly count: number;
      readonly first: number;
      readonly priority1: number;
    }
  /** An honest CSPTP exchange. */
  | { readonly kind: 'question' };

export interface Target {
  readonly interface: string;
  readonly address: string;
  readonly csptpPort: number;
}

const MAX_OCTETS = 1400;
/** Minimum payload of an Ethernet frame, octets. */
const MIN_PAYLOAD = 46;
const FIRST_FORGED = 0x10000;

class Attacker {
  readonly #native = loadNative().native!;
  readonly #target: Target;
  readonly #below: Below = generator(1);
  readonly #frames = goodFrames(2).filter(({ length }) => length <= MAX_OCTETS);
  readonly #csptp = [REQUEST_DUMP, ORG_REQUEST_DUMP, LONG_RESPONSE_DUMP, questionOf(7)];
  readonly #before = new BigInt64Array(3);
  readonly #udp: number;
  readonly #ethernet: number;
  #answered: (sequenceId: number) => void = () => {};

  constructor(target: Target) {
    this.#target = target;
    const { interface: name } = target;
    this.#udp = this.#native.openUdp({ address: '0.0.0.0', interface: name }, (buffer, count) => {
      const arena = arenaOf(buffer);
      for (let record = 0; record < count; record++) {
        const octets = arena.payload(record);
        if (arena.kind(record) === DATAGRAM && octets[0] === FOLLOW_UP)
          this.#answered((octets[30]! << 8) | octets[31]!);
      }
    });
    this.#ethernet = this.#native.openEthernet({ interface: name, etherType: ETHERTYPE }, () => {});
  }

  /** Returns the number of frames that were sent. */
  async obey(order: Order): Promise<number> {
    if (order.kind === 'question') return this.#ask();
    let sent = 0;
    for (let n = 0; n < order.count; n++) {
      const frame = order.kind === 'rubbish' ? this.#rubbish(order.way) : forged(order.first + n, order.priority1);
      if (this.#send(order.way, frame)) sent++;
    }
    return sent;
  }

  #rubbish(way: Way): Uint8Array {
    const frame = mutate(way === 'csptp' ? this.#csptp : this.#frames, this.#below).subarray(0, MAX_OCTETS);
    // Most frames have the hub's domain: the hub drops others early.
    if (way !== 'csptp' && frame.length > 5 && this.#below(4) > 0) {
      frame[0]! &= 0x0f;
      frame[4] = frame[5] = 0;
    }
    return frame;
  }

  #send(way: Way, frame: Uint8Array): boolean {
    try {
      if (way === 'ethernet') this.#overEthernet(frame);
      else if (way === 'csptp') this.#overUdp(frame, this.#target.address, this.#target.csptpPort);
      else this.#overUdp(frame, this.#below(4) === 0 ? this.#target.address : GROUP_IPV4, this.#portOf(frame));
      return true;
    } catch (error) {
      // The socket's buffer is full for a moment.
      if (error instanceof TypeError) throw error;
      return false;
    }
  }

  #overEthernet(frame: Uint8Array): void {
    const padded = new Uint8Array(Math.max(frame.length, MIN_PAYLOAD));
    padded.set(frame);
    this.#native.sendEthernet(this.#ethernet, padded, this.#below(2) === 0 ? GROUP_MAC : LINK_MAC, this.#before);
  }

  #overUdp(frame: Uint8Array, address: string, port: number): void {
    this.#native.send(this.#udp, frame, address, port, undefined, this.#before);
  }

  /** Sends some event messages to the general port, and the other way round. */
  #portOf(frame: Uint8Array): number {
    const isEvent = ((frame[0] ?? 0) & 0x08) === 0;
    return isEvent === this.#below(16) > 0 ? EVENT_PORT : GENERAL_PORT;
  }

  #ask(): Promise<number> {
    const sequenceId = this.#below(0x10000);
    const answer = new Promise<number>((resolve) => {
      this.#answered = (answered) => answered === sequenceId && resolve(1);
    });
    this.#overUdp(questionOf(sequenceId), this.#target.address, this.#target.csptpPort);
    return answer;
  }
}

const FOLLOW_UP = 0x38;

const questionOf = (sequenceId: number): Uint8Array =>
  request({
    ...{ sequenceId, domain: 128, dialect: 'plain', wantStatus: true, wantAlternate: true },
    length: REQUEST_OCTETS,
  });

function forged(n: number, priority1: number): Uint8Array {
  const octets = new Uint8Array(256);
  return octets.subarray(0, encode(announceOf(portOf(FIRST_FORGED + n), { priority1 }), octets));
}

if (process.send !== undefined) {
  let attacker: Attacker;
  process.on('message', async (message: Target | Order) => {
    if ('kind' in message) process.send!(await attacker.obey(message));
    else attacker = new Attacker(message);
  });
}
