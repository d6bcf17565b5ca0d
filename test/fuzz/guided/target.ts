/** Code under test that gets one input after the other. */
export interface Target {
  /** Valid inputs to begin with. */
  readonly seeds: readonly Uint8Array[];
  /** `frames`: a sequence of frames, each behind its length in two octets. */
  readonly form: 'octets' | 'text' | 'frames';
  readonly maxOctets: number;
  /** Useful words and values that the code does not contain. */
  readonly dictionary?: readonly (string | Uint8Array)[];
  /** Repairs lengths, since a wrong length hides all other faults. Called for most inputs, or for most of their frames. */
  readonly repair?: (octets: Uint8Array, length: number) => void;
  /**
   * Throws if the code under test breaks a rule. Returns a number for the outcome: a new one counts like a new edge. After the
   * return, the fuzzer overwrites the octets with the next input.
   */
  readonly run: (input: Uint8Array) => number;
}

/** Returns a hash of a list of words (FNV-1a), for use as an outcome. */
export function outcomeOf(...words: readonly (string | number | boolean | undefined)[]): number {
  let hash = 0x811c9dc5;
  for (const word of words) {
    const text = String(word);
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ 0xff, 0x01000193);
  }
  return hash >>> 0;
}

/** Returns the frames of an input. A frame that is cut off ends with the input. */
export function* framesOf(input: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at + 2 <= input.length; ) {
    const length = (input[at]! << 8) | input[at + 1]!;
    yield input.subarray(at + 2, Math.min(at + 2 + length, input.length));
    at += 2 + length;
  }
}

export function joinFrames(frames: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(frames.reduce((sum, { length }) => sum + 2 + length, 0));
  let at = 0;
  for (const frame of frames) {
    out[at] = frame.length >> 8;
    out[at + 1] = frame.length;
    out.set(frame, at + 2);
    at += 2 + frame.length;
  }
  return out;
}
