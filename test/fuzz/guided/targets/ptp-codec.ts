import {
  dataSetName,
  decode,
  encode,
  type Message,
  readDataSet,
  writeDataSet,
} from '../../../../src/protocol/ptp/index.js';
import { goodFrames } from '../../../../src/protocol/ptp/testing/frames.js';
import { outcomeOf, type Target } from '../target.js';
import { repairPtp } from './ptp-frames.js';

const first = new Uint8Array(2 ** 17);
const second = new Uint8Array(2 ** 17);

/** Checks that a decoded message can be encoded, and that decoding it again gives the same message. */
function roundTrip(message: Message): void {
  const written = first.subarray(0, encode(message, first));
  const again = decode(written);
  if (again.kind === 'rejected') throw new Error(`what was written is rejected: ${again.reason} ${again.detail}`);
  const length = encode(again, second);
  if (Buffer.compare(written, second.subarray(0, length)) !== 0) throw new Error('what was written reads otherwise');
}

function readDataSets({ tlvs }: Message): string {
  for (const tlv of tlvs) {
    const name = tlv.kind === 'management' ? dataSetName(tlv.id) : undefined;
    if (tlv.kind !== 'management' || name === undefined) continue;
    const value = readDataSet(name, tlv.data);
    if (value !== undefined && tlv.data.length < 1400) readDataSet(name, writeDataSet(name, value));
    return `${name} ${value !== undefined}`;
  }
  return '';
}

/** The PTP codec, its TLVs and its management data sets. */
export const target: Target = {
  seeds: goodFrames(1),
  form: 'octets',
  maxOctets: 1500,
  repair: repairPtp,
  run: (input) => {
    const message = decode(input);
    if (message.kind === 'rejected') return outcomeOf(message.reason, message.detail & 0xff);
    roundTrip(message);
    return outcomeOf(message.kind, message.tlvs[0]?.kind, message.tlvs[1]?.kind, readDataSets(message));
  },
};
