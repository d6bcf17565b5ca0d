import { formatPortIdentity } from '../identity.js';
import { isEvent, type Message } from '../message.js';

/** minorVersionPTP as configured: fixed, or found out. */
export type MinorVersionSetting = 'auto' | 0 | 1;

export interface MinorVersionView {
  readonly minorVersion: number;
  /** A clause for a sentence. */
  readonly reason: string;
}

/** Event messages in a row that had no answer, or no stamp, until the version is suspected. */
const SUSPICIOUS = 4;

/**
 * The minorVersionPTP that a port speaks (IEEE 1588-2019 §7.5.4). It begins with 1 and goes over to 0 when its peers speak
 * that. While they are heard and never answer, or nothing is stamped, it tries the other one, and stays with the first that is
 * answered: some equipment neither stamps nor passes minor version 1. Version 2.0 lacks nothing that is used here.
 */
export class MinorVersion {
  readonly #setting: MinorVersionSetting;
  #minor: 0 | 1 = 1;
  #reason = '';
  #heard = false;
  /** The peers speak 2.0: nothing is left to try. */
  #settled = false;
  #answered = false;
  #stamped = false;
  #unstamped = 0;
  /** Requests without an answer when the present version was begun with. */
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

  /** Nothing is known of the other side. */
  restart(): void {
    const isFixed = this.#setting !== 'auto';
    this.#begin(this.#setting === 0 ? 0 : 1, isFixed ? 'by configuration' : 'nothing speaks against it');
    this.#settled = isFixed;
    this.#heard = false;
    this.#unansweredBefore = 0;
  }

  /** A message of a peer that is followed, served or at the other end of the link. */
  heard({ kind, header }: Message): void {
    if (isEvent(kind)) this.#heard = true;
    if (header.minorVersion !== 0 || this.#settled) return;
    this.#settled = true;
    // Where we have gone over to it already, the other side does as we do, and our own reason stands.
    if (this.#minor === 1) this.#begin(0, `${formatPortIdentity(header.source)} speaks it`);
  }

  answered(): void {
    this.#answered = true;
    this.#unansweredBefore = 0;
  }

  /** So many requests in a row have had no answer. */
  unanswered(kind: 'Delay_Req' | 'Pdelay_Req', inARow: number): void {
    const count = inARow - this.#unansweredBefore;
    if (this.#settled || !this.#heard || this.#answered || count < SUSPICIOUS) return;
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
