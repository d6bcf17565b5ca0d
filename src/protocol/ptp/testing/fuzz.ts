import { decode, encode } from '../codec.js';
import { dataSetName, readDataSet } from '../management/index.js';
import { type Below, generator, goodFrames, mutate } from './frames.js';

const ROOM = new Uint8Array(2 ** 17);

/** Decodes `rounds` mutated frames and encodes the results. Returns the count of each outcome; throws if the codec does. */
export function fuzzCodec(rounds: number, seed: number): ReadonlyMap<string, number> {
  const below: Below = generator(seed);
  const frames = goodFrames(seed);
  const outcomes = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    const frame = mutate(frames, below);
    const outcome = outcomeOf(frame);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  return outcomes;
}

function outcomeOf(frame: Uint8Array): string {
  try {
    const message = decode(frame);
    if (message.kind === 'rejected') return message.reason;
    encode(message, ROOM);
    for (const tlv of message.tlvs) {
      const name = tlv.kind === 'management' ? dataSetName(tlv.id) : undefined;
      if (tlv.kind === 'management' && name !== undefined) readDataSet(name, tlv.data);
    }
    return message.kind;
  } catch (cause) {
    throw new Error(`Thrown at ${Buffer.from(frame).toString('hex')}`, { cause });
  }
}
