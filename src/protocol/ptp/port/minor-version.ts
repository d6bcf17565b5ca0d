import { formatPortIdentity } from '../identity.js';
import { isEvent, type Message } from '../message.js';

/** Setting of minorVersionPTP: fixed, or found automatically. */
export type MinorVersionSetting = 'auto' | 0 | 1;

export interface MinorVersionView {
  readonly minorVersion: number;
  /** A clause without capital letter and full stop. */
  readonly reason: string;
}

/** Consecutive event messages without an answer, or without a stamp, after which the other version is tried. */
const SUSPICIOUS = 4;

/**
 * Chooses the minorVersionPTP that a port sends (IEEE 1588-2019 §7.5.4). It starts with 1 and changes to 0 when a peer sends
 * 0. While peers are heard but never answer, or no stamp comes, it tries the other version and stays with the first that is
 * answered: some equipment neither stamps nor forwards minor version 1. Version 2.0 has everything that is used here.
 */
export class MinorVersion {
  readonly #setting: MinorVersionSetting;
  #minor: 0 | 1 = 1;
  #reason = '';
  #isPeerHeard = false;
  /** The peers send 2.0, or the version is fixed: no other version is tried. */
  #settled = false;
  #answered = false;
  #stamped = false;
  #unstamped = 0;
  /** Number of unanswered requests when the present version was chosen. */
  #unansweredBefore = 0;

  constructor(setting: MinorVersionSetting) {
    this.#setting = setting;
    this.restart();
  }

  get minor(): 0 | 1 {
    return this.#minor;
  }

  get view(): MinorVersionView {
    return { minorVersion: this.#minor, reason: this.#reason };
  }

  /** Starts again: the peer may be another one. */
  restart(): void {
    const isFixed = this.#setting !== 'auto';
    this.#begin(this.#setting === 0 ? 0 : 1, isFixed ? 'by configuration' : 'the default');
    this.#settled = isFixed;
    this.#isPeerHeard = false;
    this.#unansweredBefore = 0;
  }

  /** Handles a message of the timeTransmitter, of a timeReceiver or of the neighbour. */
  received({ kind, header }: Message): void {
    if (isEvent(kind)) this.#isPeerHeard = true;
    if (header.minorVersion !== 0 || this.#settled) return;
    this.#settled = true;
    // If we already send 0, the peer may only have followed us: our own reason stays.
    if (this.#minor === 1) this.#begin(0, `${formatPortIdentity(header.source)} sends it`);
  }

  answered(): void {
    this.#answered = true;
    this.#unansweredBefore = 0;
  }

  /** Handles an unanswered request. `inARow`: consecutive requests without an answer. */
  unanswered(kind: 'Delay_Req' | 'Pdelay_Req', inARow: number): void {
    const count = inARow - this.#unansweredBefore;
    if (this.#settled || !this.#isPeerHeard || this.#answered || count < SUSPICIOUS) return;
    this.#unansweredBefore = inARow;
    this.#tryOther(`${count} ${kind} of 2.${this.#minor} have had no answer`);
  }

  stamped(): void {
    this.#stamped = true;
  }

  stampLost(): void {
    this.#unstamped++;
    if (this.#settled || this.#stamped || this.#unstamped < SUSPICIOUS) return;
    this.#tryOther(`${this.#unstamped} event messages of 2.${this.#minor} have had no transmit stamp`);
  }

  #tryOther(reason: string): void {
    this.#begin(this.#minor === 1 ? 0 : 1, reason);
  }

  #begin(minor: 0 | 1, reason: string): void {
    this.#minor = minor;
    this.#reason = reason;
    this.#answered = false;
    this.#stamped = false;
    this.#unstamped = 0;
  }
}
