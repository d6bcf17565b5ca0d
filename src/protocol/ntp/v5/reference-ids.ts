import { createHash } from 'node:crypto';
import { octetsOf } from '../../address/index.js';

/** Octets of the Bloom filter of reference IDs, of a reference ID, and of the part of a filter that one request fetches. */
export const FILTER_OCTETS = 512;
export const REFERENCE_ID_OCTETS = 15;
export const FILTER_CHUNK_OCTETS = 64;

const POSITIONS = 10;
const BITS_A_POSITION = 12;

/** Returns the reference ID of a server that has none of its own because it speaks NTPv4: of the MD5 of its address. */
export function referenceIdOfAddress(address: string): Uint8Array | undefined {
  const octets = octetsOf(address);
  if (octets === undefined) return undefined;
  return createHash('md5').update(octets).digest().subarray(0, REFERENCE_ID_OCTETS);
}

/**
 * The set of reference IDs of a server: its own and those of all servers that its time comes from. It is a Bloom filter: a
 * reference ID in it is always found, and another one is found with a probability of 10^-12 with 26 in it, 10^-6 with 118.
 */
export class ReferenceIdFilter {
  readonly octets: Uint8Array;

  constructor(octets: Uint8Array = new Uint8Array(FILTER_OCTETS)) {
    this.octets = octets;
  }

  add(id: Uint8Array): void {
    for (let n = 0; n < POSITIONS; n++) {
      const bit = positionOf(id, n);
      this.octets[bit >> 3]! |= 1 << (bit & 7);
    }
  }

  /** Adds all reference IDs of another filter. */
  merge(other: ReferenceIdFilter): void {
    for (let i = 0; i < FILTER_OCTETS; i++) this.octets[i]! |= other.octets[i]!;
  }

  has(id: Uint8Array): boolean {
    for (let n = 0; n < POSITIONS; n++) {
      const bit = positionOf(id, n);
      if ((this.octets[bit >> 3]! & (1 << (bit & 7))) === 0) return false;
    }
    return true;
  }
}

/** Returns the place of a bit in the filter: 12 bits of the reference ID. */
function positionOf(id: Uint8Array, n: number): number {
  const bit = n * BITS_A_POSITION;
  const at = bit >> 3;
  return (bit & 7) === 0 ? (id[at]! << 4) | (id[at + 1]! >> 4) : ((id[at]! & 0x0f) << 8) | id[at + 1]!;
}

/** Collects the filter of a server from its replies, part by part, again and again. */
export class FilterCollector {
  #complete: ReferenceIdFilter | undefined;
  #growing = new Uint8Array(FILTER_OCTETS);
  #next = 0;

  /** Place of the part to ask for next. */
  get next(): number {
    return this.#next;
  }

  /** The newest whole filter. Undefined until all parts were received, and if the server has none. */
  get filter(): ReferenceIdFilter | undefined {
    return this.#complete;
  }

  /** Takes the part of a reply; undefined: the server sent none, so that it follows no other server. */
  take(part: Uint8Array | undefined): void {
    if (part === undefined) {
      this.#complete = undefined;
      this.#next = 0;
      return;
    }
    this.#growing.set(part, this.#next);
    this.#next = (this.#next + FILTER_CHUNK_OCTETS) % FILTER_OCTETS;
    if (this.#next !== 0) return;
    this.#complete = new ReferenceIdFilter(this.#growing);
    this.#growing = new Uint8Array(FILTER_OCTETS);
  }
}
