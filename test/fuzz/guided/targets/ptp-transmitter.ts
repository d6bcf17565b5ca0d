import { ALL_PORTS, GRANT_LIMITS, type Message, type Tlv } from '../../../../src/protocol/ptp/index.js';
import { announceOf, headerOf, portOf } from '../../../../src/protocol/ptp/port/testing/messages.js';
import { transmitter } from '../../../../src/protocol/ptp/port/testing/ports.js';
import type { Target } from '../target.js';
import { frameOf } from './ptp-frames.js';
import { inputOf, play, repairMessage } from './ptp-port.js';

const grants = { ...GRANT_LIMITS, grants: 50 };
const client = portOf(7);

const signalling = (tlvs: readonly Tlv[]): Message => ({
  kind: 'signaling',
  header: headerOf(client, 1),
  target: ALL_PORTS,
  tlvs,
});
const asking = [0xb, 0, 9].map(
  (messageType): Tlv => ({ kind: 'request-unicast', messageType, logInterval: 0, durationS: 60 }),
);
const cancelling: Tlv = { kind: 'cancel-unicast', messageType: 0xb, maintainRequest: false, maintainGrant: false };
const conversation: readonly Message[] = [
  signalling(asking),
  { kind: 'delay-req', header: headerOf(client, 1), origin: 0n, tlvs: [] },
  { kind: 'pdelay-req', header: headerOf(client, 1), origin: 0n, tlvs: [] },
  announceOf(portOf(0), { priority1: 1 }),
  announceOf(portOf(0), { priority1: 1 }, { sequenceId: 1 }),
  announceOf(portOf(9), { priority1: 255 }),
  signalling([
    {
      kind: 'message-interval-request',
      linkDelay: 0,
      timeSync: -3,
      announce: 0,
      flags: { computeNeighborRateRatio: true, computeMeanLinkDelay: true, oneStepReceiveCapable: true },
    },
    { kind: 'gptp-capable', logInterval: 0, flags: 0 },
  ]),
  signalling([cancelling]),
];

/** The port of a grandmaster in each profile: the election, delay requests and unicast negotiation. */
export const target: Target = {
  seeds: Array.from({ length: 8 }, (_, profile) => inputOf(profile, ...conversation.map(frameOf))),
  form: 'frames',
  maxOctets: 1536,
  repair: repairMessage,
  run: (input) => play(input, (profile) => transmitter(profile, 1, {}, { grants }), 200),
};
