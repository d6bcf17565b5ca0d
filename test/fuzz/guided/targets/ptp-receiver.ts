import type { Message } from '../../../../src/protocol/ptp/index.js';
import {
  announceOf,
  delayRespOf,
  followUpOf,
  headerOf,
  oneStepSync,
  portOf,
  twoStepSync,
} from '../../../../src/protocol/ptp/port/testing/messages.js';
import { receiver } from '../../../../src/protocol/ptp/port/testing/ports.js';
import type { Target } from '../target.js';
import { frameOf } from './ptp-frames.js';
import { inputOf, play, repairMessage } from './ptp-port.js';

const SECOND = 1_000_000_000n;
const master = portOf(1);
const own = portOf(5);

const announces = [0, 1, 2, 3].map((sequenceId) => announceOf(master, {}, { sequenceId }));
const exchange = (n: number): Message[] => [
  twoStepSync(master, n),
  followUpOf(master, n, 1000n * SECOND),
  delayRespOf(master, own, n, 1000n * SECOND),
];
const peerDelay: Message[] = [
  { kind: 'pdelay-req', header: headerOf(master, 1), origin: 0n, tlvs: [] },
  { kind: 'pdelay-resp', header: headerOf(master, 0), requestReceipt: 1000n * SECOND, requesting: own, tlvs: [] },
  {
    kind: 'pdelay-resp-follow-up',
    header: headerOf(master, 0),
    responseOrigin: 1000n * SECOND,
    requesting: own,
    tlvs: [],
  },
];
const conversation = [
  ...announces,
  ...exchange(1),
  oneStepSync(master, 2, 1000n * SECOND),
  ...exchange(3),
  ...peerDelay,
];

/** The port of a timeReceiver in each profile: foreign masters, their comparison, Sync and both delay mechanisms. */
export const target: Target = {
  seeds: Array.from({ length: 8 }, (_, profile) => inputOf(profile, ...conversation.map(frameOf))),
  form: 'frames',
  maxOctets: 1536,
  repair: repairMessage,
  run: (input) => play(input, (profile) => receiver(profile), 20),
};
