import { endianness } from 'node:os';

/**
 * A reader of the segment written from the document alone (docs/PROTOCOL.md of ClockBound, version 2), so that a test does not
 * compare the writer with itself. It reads fields one after the other, as the drawing of the layout shows them.
 */
class Fields {
  readonly #octets: Buffer;
  #at = 0;

  constructor(octets: Buffer) {
    this.#octets = octets;
  }

  get read(): number {
    return this.#at;
  }

  unsigned(octets: 1 | 2 | 4 | 8): bigint {
    let value = 0n;
    for (let i = 0; i < octets; i++) {
      const place = endianness() === 'LE' ? this.#at + octets - 1 - i : this.#at + i;
      value = (value << 8n) | BigInt(this.#octets[place]!);
    }
    this.#at += octets;
    return value;
  }

  signed(octets: 4 | 8): bigint {
    return BigInt.asIntN(8 * octets, this.unsigned(octets));
  }

  timespec(): bigint {
    const seconds = this.signed(8);
    return seconds * 10n ** 9n + this.signed(8);
  }

  skip(octets: number): void {
    this.#at += octets;
  }
}

export type ReadBound = ReturnType<typeof readBound>;

/** Returns the fields of a segment. Throws when its magic number is wrong. */
export function readBound(octets: Buffer) {
  const fields = new Fields(octets);
  // "A M Z N", "C B 02 00": two numbers, each in the byte order of the machine, as the clients compare them.
  const magic = [fields.unsigned(4), fields.unsigned(4)].map((word) => word.toString(16));
  if (magic.join() !== '414d5a4e,43420200') throw new Error(`no segment: ${magic}`);
  const segment = {
    size: fields.unsigned(4),
    version: fields.unsigned(2),
    generation: fields.unsigned(2),
    asOf: fields.timespec(),
    voidAfter: fields.timespec(),
    boundNs: fields.signed(8),
    disruptionMarker: fields.unsigned(8),
    maxDriftPpb: fields.unsigned(4),
    status: fields.signed(4),
    disruptionSupport: fields.unsigned(1),
  };
  fields.skip(7);
  if (BigInt(fields.read) !== segment.size) throw new Error(`${fields.read} octets read of ${segment.size}`);
  return segment;
}

/** Returns what a client computes: the interval that contains true time, and the status. Throws on a breach of causality. */
export function intervalAt(bound: ReadBound, realtime: bigint, uptime: bigint) {
  const elapsed = uptime - bound.asOf;
  if (elapsed < 0n) throw new Error(`the bound is of ${-elapsed} ns in the future`);
  const width = bound.boundNs + (elapsed * bound.maxDriftPpb) / 10n ** 9n;
  const names = ['unknown', 'synchronised', 'free running', 'disrupted'];
  const stated = names[Number(bound.status)];
  const status =
    stated === 'unknown' || elapsed < 5n * 10n ** 9n ? stated : uptime < bound.voidAfter ? 'free running' : 'unknown';
  return { earliest: realtime - width, latest: realtime + width, status };
}
