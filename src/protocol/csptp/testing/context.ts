import { type CsptpReplyContext, encodeStatus } from '../server.js';
import type { Status } from '../tlv.js';
import { T2, T3 } from './dumps.js';

const S = 1_000_000_000n;

export const STATUS: Status = {
  priority1: 128,
  quality: { clockClass: 6, accuracy: 0x21, variance: 0x4e5d },
  priority2: 128,
  stepsRemoved: 0,
  currentUtcOffset: 37,
  grandmaster: '001122fffe334455',
  parent: { protocol: 1, address: Uint8Array.of(192, 0, 2, 1) },
};

/** The inputs with which the server of the dumps replies. */
export const CONTEXT: CsptpReplyContext = {
  timeFlags: 0x38,
  status: encodeStatus(STATUS, 0xf002),
  alternate: new Uint8Array(0),
  amplify: 'trusted',
  receiveSeconds: Number(T2 / S),
  receiveNanoseconds: Number(T2 % S),
  steps: 2,
  transmitSeconds: Number(T3 / S),
  transmitNanoseconds: Number(T3 % S),
};
