import { type Flags, NO_FLAGS } from '../flags.js';
import { type PtpHeader, SDO_CMLDS } from '../header.js';
import type { PortIdentity } from '../identity.js';
import { NO_INTERVAL } from '../interval.js';
import type { TimeInterval } from '../time.js';
import type { Destination } from './action.js';
import type { MinorVersion } from './minor-version.js';

/** The header fields that all messages of a port share. */
export interface Envelope {
  readonly identity: PortIdentity;
  readonly domain: number;
  readonly sdoId: number;
  readonly version: MinorVersion;
}

/** Returns the envelope of the common mean link delay service: it has no domain (§16.6.3, 802.1AS-2020 §11.2.17). */
export const cmldsEnvelope = ({ identity, version }: Envelope): Envelope => ({
  ...{ identity, version },
  domain: 0,
  sdoId: SDO_CMLDS,
});

interface HeaderFields {
  readonly correction?: TimeInterval;
  readonly logInterval?: number;
  /** Default: no flag. */
  readonly flags?: Flags;
}

const NO_FIELDS: HeaderFields = {};

/** Returns the header of a message. Written field by field because it runs for every message. */
export function headerOf(envelope: Envelope, sequenceId: number, fields = NO_FIELDS): PtpHeader {
  return {
    sdoId: envelope.sdoId,
    minorVersion: envelope.version.minor,
    domain: envelope.domain,
    flags: fields.flags ?? NO_FLAGS,
    correction: fields.correction ?? 0n,
    typeSpecific: 0,
    source: envelope.identity,
    sequenceId,
    logInterval: fields.logInterval ?? NO_INTERVAL,
  };
}

const UNICAST: Flags = { ...NO_FLAGS, unicast: true };
const TWO_STEP: Flags = { ...NO_FLAGS, twoStep: true };
const TWO_STEP_UNICAST: Flags = { ...NO_FLAGS, twoStep: true, unicast: true };

/** Returns the flags of a message to `to`. `first`: it is the first of two steps. */
export function flagsFor(to: Destination, step: 'first' | 'only' = 'only'): Flags {
  const unicast = typeof to === 'object';
  if (step === 'only') return unicast ? UNICAST : NO_FLAGS;
  return unicast ? TWO_STEP_UNICAST : TWO_STEP;
}

/** Returns true for a message of the port's domain and profile (§7.1). */
export const belongsTo = ({ domain, sdoId }: Envelope, header: PtpHeader): boolean =>
  header.domain === domain && header.sdoId === sdoId;

/** The sequenceIds of one kind of message (§7.3.7). */
export class Sequence {
  #next: number;

  /** `first`: random, so that a restart does not repeat the last numbers. */
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
