import { BUILT_AT, type Instant, type SourceContext } from 'timehub/api';
import type { KeyExchangeResult } from './key-exchange.js';

/** Shortest time between two savings of the time, ns. */
const SAVE_NS = 3600e9;

/**
 * Judges certificates on a machine whose clock may be wrong (threat: an expired certificate of a stolen key). Until the source's
 * time has been confirmed by the vote, the time is only known to be no earlier than the build of this program and the last time
 * that was saved. A certificate that is valid from a later time on is then accepted provisionally, and each reply must say a
 * time at which it is valid.
 */
export class CertificateCheck {
  readonly #context: Pick<SourceContext, 'remember' | 'voteState'>;
  #floor: Instant;
  #saved: Instant = 0n;
  #certificate: KeyExchangeResult['certificate'] | undefined;
  #isProvisional = true;

  constructor(context: Pick<SourceContext, 'remember' | 'remembered' | 'voteState'>) {
    this.#context = context;
    const saved = timeIn(context.remembered);
    this.#floor = saved > BUILT_AT ? saved : BUILT_AT;
  }

  /** For the next key exchange: see `TlsOptions.notBefore`. Undefined: the time is known. */
  get notBefore(): Instant | undefined {
    return this.#isKnown ? undefined : this.#floor;
  }

  /** A clause for the operator; '' when the certificate was judged by a time that is known. */
  get doubt(): string {
    if (this.#certificate === undefined || !this.#isProvisional) return '';
    const { judgedAt } = this.#certificate;
    return `the certificate is accepted for now, judged at ${day(judgedAt)}: it is checked again when the time is known`;
  }

  inspect(): Record<string, unknown> {
    if (this.#certificate === undefined) return {};
    const { validFrom, validUntil } = this.#certificate;
    return { certificate: `valid from ${day(validFrom)} to ${day(validUntil)}`, provisional: this.#isProvisional };
  }

  /** To be called after a key exchange. */
  accepted(certificate: KeyExchangeResult['certificate']): void {
    this.#certificate = certificate;
    this.#isProvisional = !this.#isKnown;
  }

  /** Judges the time of an authentic reply. Returns the end of a sentence about the server if its certificate is not valid then. */
  faultAt(time: Instant): string | undefined {
    const certificate = this.#certificate;
    if (certificate === undefined || !this.#isProvisional) return undefined;
    const { validFrom, validUntil } = certificate;
    if (time >= validFrom && time <= validUntil) return undefined;
    return `says that it is ${day(time)}, when its certificate is not valid (from ${day(validFrom)} to ${day(validUntil)})`;
  }

  /** To be called after a reply was reported: its time counts if the vote agrees. */
  reported(time: Instant): void {
    if (!this.#isKnown) return;
    this.#isProvisional = false;
    if (Number(time - this.#saved) < SAVE_NS && time >= this.#saved) return;
    this.#saved = this.#floor = time;
    this.#context.remember({ time: Number(time / 1_000_000_000n) });
  }

  get #isKnown(): boolean {
    const state = this.#context.voteState();
    return state === 'combined' || state === 'agrees';
  }
}

/** Returns the saved time, ns since 1970; 0 if there is none, or it is beyond all reason. */
function timeIn(saved: unknown): Instant {
  const time = typeof saved === 'object' && saved !== null && 'time' in saved ? saved.time : undefined;
  return typeof time === 'number' && Number.isSafeInteger(time) && time > 0 && time < 2 ** 33
    ? BigInt(time) * 1_000_000_000n
    : 0n;
}

const day = (time: Instant): string => new Date(Number(time / 1_000_000n)).toISOString().slice(0, 10);
