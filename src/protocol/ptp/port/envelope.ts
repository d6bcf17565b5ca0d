import { type Flags, NO_FLAGS } from '../flags.js';
import type { Header } from '../header.js';
import type { PortIdentity } from '../identity.js';
import { NO_INTERVAL } from '../interval.js';

/** What all messages of one port have in common. */
export interface Envelope {
  readonly identity: PortIdentity;
  readonly domain: number;
  readonly sdoId: number;
  /** 0 for neighbours that drop or do not stamp the 1 of 2019. */
  readonly minorVersion: number;
}

type Particulars = Partial<Pick<Header, 'correction' | 'logInterval'>> & { readonly flags?: Partial<Flags> };

export function headerOf(envelope: Envelope, sequenceId: number, particulars: Particulars = {}): Header {
  const { identity, domain, sdoId, minorVersion } = envelope;
  const { correction = 0n, logInterval = NO_INTERVAL, flags } = particulars;
  return {
    ...{ sdoId, minorVersion, domain, correction, logInterval, sequenceId },
    flags: flags === undefined ? NO_FLAGS : { ...NO_FLAGS, ...flags },
    typeSpecific: 0,
    source: identity,
  };
}

/** The message is of our domain and profile (§7.1). */
export const concerns = ({ domain, sdoId }: Envelope, header: Header): boolean =>
  header.domain === domain && header.sdoId === sdoId;

/** Sequence numbers of one kind of message (§7.3.7). */
export class Sequence {
  #next: number;

  /** `first`: random, so that a restart does not repeat the numbers before it. */
  constructor(first: number) {
    this.#next = first & 0xffff;
  }

  next(): number {
    const id = this.#next;
    this.#next = (id + 1) & 0xffff;
    return id;
  }
}

/** `random`: in [0, 1). */
export const randomSequence = (random: () => number): Sequence => new Sequence(Math.floor(random() * 0x10000));
