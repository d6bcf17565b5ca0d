/** Reads the little-endian numbers of a payload. Offsets beyond its end are the caller's fault: it checks the length first. */
export class PayloadReader {
  readonly length: number;
  readonly #octets: Uint8Array;
  readonly #view: DataView;

  constructor(payload: Uint8Array) {
    this.#octets = payload;
    this.length = payload.length;
    this.#view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  }

  u1(at: number): number {
    return this.#view.getUint8(at);
  }

  i1(at: number): number {
    return this.#view.getInt8(at);
  }

  u2(at: number): number {
    return this.#view.getUint16(at, true);
  }

  i2(at: number): number {
    return this.#view.getInt16(at, true);
  }

  u4(at: number): number {
    return this.#view.getUint32(at, true);
  }

  i4(at: number): number {
    return this.#view.getInt32(at, true);
  }

  /** Returns `count` bits of a number at an offset, from bit `from` on. */
  bits(at: number, from: number, count: number): number {
    return (this.#view.getUint8(at) >> from) & ((1 << count) - 1);
  }

  bit(at: number, number: number): boolean {
    return this.bits(at, number, 1) === 1;
  }

  /** Returns the text up to its first zero octet, at most `octets` long. */
  text(at: number, octets: number): string {
    const end = Math.min(this.length, at + octets);
    const zero = this.#octets.indexOf(0, at);
    return String.fromCharCode(...this.#octets.subarray(at, zero >= 0 && zero < end ? zero : end));
  }
}
