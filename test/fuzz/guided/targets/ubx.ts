import { ReceiverSession } from '../../../../src/protocol/gnss/receiver/index.js';
import { writeCfgMsg, writeUbxFrame } from '../../../../src/protocol/ubx/index.js';
import { payloadOf, pvtPayload } from '../../../../src/protocol/ubx/testing/payload.js';
import { expectClean, expectFinite } from '../properties.js';
import { framesOf, joinFrames, outcomeOf, type Target } from '../target.js';

/** A message of the fuzzer: class, ID, payload. Its frame is made around it, so that it is read. */
const message = (id: number, payload: Uint8Array): Uint8Array => Uint8Array.from([id >> 8, id & 0xff, ...payload]);

const PVT = message(0x0107, pvtPayload({ iTowMs: 122_418_000, date: [2026, 11, 30], time: [10, 0, 0], nano: -300 }));
const NEXT = message(0x0107, pvtPayload({ iTowMs: 122_419_000, date: [2016, 12, 31], time: [23, 59, 60] }));
const TIMELS = message(
  0x0126,
  payloadOf(24, [
    [8, 'u1', 2],
    [9, 'i1', 18],
    [11, 'i1', 1],
    [12, 'i4', 99],
    [23, 'u1', 3],
  ]),
);
const empty = (id: number, octets: number): Uint8Array => message(id, new Uint8Array(octets));
/** Octets that are no frame of u-blox: the class 0xFF stands for them. */
const raw = (octets: Uint8Array): Uint8Array => Uint8Array.from([0xff, ...octets]);

/** The frames of a u-blox receiver between other octets: splitter, parser and session. */
export const target: Target = {
  seeds: [
    joinFrames([PVT, TIMELS, empty(0x0161, 4), NEXT, empty(0x0103, 16), empty(0x0122, 20)]),
    joinFrames([
      message(0x0120, payloadOf(16, [[11, 'u1', 7]])),
      message(0x0121, payloadOf(20, [[19, 'u1', 7]])),
      message(0x0106, payloadOf(52, [[11, 'u1', 15]])),
    ]),
    joinFrames([
      message(0x0d01, payloadOf(16, [[14, 'u1', 3]])),
      message(0x0d03, payloadOf(28, [[1, 'u1', 0xd4]])),
      empty(0x0d04, 28),
      empty(0x013b, 40),
    ]),
    joinFrames([
      message(0x0135, payloadOf(32, [[5, 'u1', 2]])),
      message(0x0143, payloadOf(40, [[5, 'u1', 2]])),
      message(0x0130, payloadOf(32, [[4, 'u1', 2]])),
    ]),
    joinFrames([
      empty(0x0a04, 100),
      empty(0x0a09, 60),
      message(0x0a38, payloadOf(52, [[1, 'u1', 2]])),
      empty(0x0501, 2),
    ]),
    joinFrames([
      raw(Buffer.from('$GNRMC,100000.00,A,,,,,,,301126,,,A*75\r\n')),
      PVT,
      raw(Uint8Array.of(0xd3, 0, 4, 1, 2, 3, 4, 0, 0, 0)),
      raw(writeCfgMsg(1, 7, 1)),
      raw(Uint8Array.of(0xb5, 0x62, 1, 7, 92, 0)),
      NEXT,
    ]),
  ],
  form: 'frames',
  maxOctets: 4096,
  dictionary: [Uint8Array.of(1, 7), Uint8Array.of(0xb5, 0x62), Uint8Array.of(0xd3, 0), Uint8Array.of(0x0d, 1)],
  run: (input) => {
    const session = new ReceiverSession();
    const events = [];
    let now = 0n;
    for (const octets of framesOf(input)) {
      now += 1_000_000_000n;
      const isRaw = octets.length < 2 || octets[0] === 0xff;
      events.push(
        ...session.feed(isRaw ? octets.subarray(1) : writeUbxFrame(octets[0]!, octets[1]!, octets.subarray(2)), now),
      );
    }
    events.push(...session.pause(now));
    expectFinite(events);
    const types = new Set<string>();
    for (const event of events) {
      types.add(event.type);
      if (event.type === 'version')
        for (const one of [event.version.software, event.version.hardware, ...event.version.extensions])
          expectClean(one);
    }
    return outcomeOf(...[...types].sort(), session.counters.malformed > 0, session.streamCounters.rtcm > 0);
  },
};
