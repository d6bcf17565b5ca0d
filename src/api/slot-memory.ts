/**
 * Lays out arrays one after the other in one memory that the addon reads, too. Each array has one element a slot; the first one
 * begins after `headOctets`, which start with a number.
 */
export class SlotMemory {
  readonly buffer: ArrayBuffer;
  /** The number at the start. */
  readonly head: Float64Array;
  readonly #slots: number;
  #at: number;

  /** `slotOctets`: octets of all arrays for one slot. Those of 8 octets come first, then words, then octets. */
  constructor(slots: number, headOctets: number, slotOctets: number) {
    this.buffer = new ArrayBuffer(headOctets + slots * slotOctets);
    this.head = new Float64Array(this.buffer, 0, 1);
    this.#slots = slots;
    this.#at = headOctets;
  }

  float64(): Float64Array {
    return new Float64Array(this.buffer, this.#take(8 * this.#slots), this.#slots);
  }

  int32(): Int32Array {
    return new Int32Array(this.buffer, this.#take(4 * this.#slots), this.#slots);
  }

  uint32(): Uint32Array {
    return new Uint32Array(this.buffer, this.#take(4 * this.#slots), this.#slots);
  }

  /** Returns `each` octets for each slot. */
  octets(each: number): readonly Uint8Array[] {
    return Array.from({ length: this.#slots }, () => new Uint8Array(this.buffer, this.#take(each), each));
  }

  #take(octets: number): number {
    this.#at += octets;
    return this.#at - octets;
  }
}
