const LENGTH_OCTETS = 4;

/** Cuts the emulator's stream into frames. A length precedes each frame. */
export class Cutter {
  #rest: Buffer = Buffer.alloc(0);

  /** Returns the frames that this chunk completes. */
  take(chunk: Buffer): readonly Buffer[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const frames: Buffer[] = [];
    while (this.#rest.length >= LENGTH_OCTETS) {
      const end = LENGTH_OCTETS + this.#rest.readUInt32BE(0);
      if (this.#rest.length < end) break;
      frames.push(this.#rest.subarray(LENGTH_OCTETS, end));
      this.#rest = this.#rest.subarray(end);
    }
    return frames;
  }
}

export function withLength(frame: Buffer): Buffer {
  const octets = Buffer.alloc(LENGTH_OCTETS + frame.length);
  octets.writeUInt32BE(frame.length, 0);
  frame.copy(octets, LENGTH_OCTETS);
  return octets;
}
