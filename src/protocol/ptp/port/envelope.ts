import { type Flags, NO_FLAGS } from '../flags.js';
import { type PtpHeader, SDO_CMLDS } from '../header.js';
import type { PortIdentity } from '../identity.js';
import { NO_INTERVAL } from '../interval.js';
import type { TimeInterval } from '../time.js';
import type { Destination } from './action.js';
import type { MinorVersion } from './minor-version.js';

/** What all messages of one port have in common. */
export interface Envelope {
  readonly identity: PortIdentity;
  readonly domain: number;
  readonly sdoId: number;
  readonly version: MinorVersion;
}

/** Those of the common mean link delay service, which is of no domain (§16.6.3, 802.1AS-2020 §11.2.17). */
export const cmldsEnvelope = ({ identity, version }: Envelope): Envelope => ({
  ...{ identity, version },
  domain: 0,
  sdoId: SDO_CMLDS,
});

interface HeaderFields {
  readonly correction?: TimeInterval;
  readonly logInterval?: number;
  /** Default: none set. */
  readonly flags?: Flags;
}

const NOTHING: HeaderFields = {};

/** Field by field: this is done for every message sent. */
export function headerOf(envelope: Envelope, sequenceId: number, particulars = NOTHING): PtpHeader {
  return {
    sdoId: envelope.sdoId,
    minorVersion: envelope.version.minor,
    domain: envelope.domain,
    flags: particulars.flags ?? NO_FLAGS,
    correction: particulars.correction ?? 0n,
    typeSpecific: 0,
    source: envelope.identity,
    sequenceId,
    logInterval: particulars.logInterval ?? NO_INTERVAL,
  };
}

const UNICAST: Flags = { ...NO_FLAGS, unicast: true };
const TWO_STEP: Flags = { ...NO_FLAGS, twoStep: true };
const TWO_STEP_UNICAST: Flags = { ...NO_FLAGS, twoStep: true, unicast: true };

/** The flags of a message that goes there; `first`: it is the first of two steps. */
export function flagsFor(to: Destination, step: 'first' | 'only' = 'only'): Flags {
  const unicast = typeof to === 'object';
  if (step === 'only') return unicast ? UNICAST : NO_FLAGS;
  return unicast ? TWO_STEP_UNICAST : TWO_STEP;
}

/** The message is of our domain and profile (§7.1). */
export const belongsTo = ({ domain, sdoId }: Envelope, header: PtpHeader): boolean =>
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
