import type { Header } from '../header.js';
import { formatPortIdentity } from '../identity.js';
import { isEvent, type Message } from '../message.js';

/** minorVersionPTP as configured: fixed, or found out. */
export type MinorVersionSetting = 'auto' | 0 | 1;

export interface VersionView {
  readonly minorVersion: number;
  /** A clause for a sentence. */
  readonly reason: string;
}

/** Event messages in a row that had no answer, or no stamp, until the version is suspected. */
const SUSPICIOUS = 4;

/**
 * The minorVersionPTP that a port speaks (IEEE 1588-2019 §7.5.4). It begins with 1 and falls back to 0 for good, until the
 * link or the timeTransmitter is another, when its peers speak that, or when they are heard and never answer an event message
 * of minor version 1: some equipment neither stamps nor passes those. Version 2.0 lacks nothing that is used here.
 */
export class SpokenVersion {
  readonly #setting: MinorVersionSetting;
  #minor: 0 | 1 = 1;
  #reason = '';
  #heard = false;
  #answered = false;
  #stamped = false;
  #unstamped = 0;

  constructor(setting: MinorVersionSetting) {
    this.#setting = setting;
    this.restart();
  }

  get minor(): 0 | 1 {
    return this.#minor;
  }

  get view(): VersionView {
    return { minorVersion: this.#minor, reason: this.#reason };
  }

  /** Nothing is known of the other side. */
  restart(): void {
    this.#minor = this.#setting === 0 ? 0 : 1;
    this.#reason = this.#setting === 'auto' ? 'nothing speaks against it' : 'by configuration';
    this.#heard = false;
    this.#answered = false;
    this.#stamped = false;
    this.#unstamped = 0;
  }

  /** A message of a peer that is followed, served or at the other end of the link. */
  heard({ kind, header }: Pick<Message, 'kind'> & { readonly header: Header }): void {
    if (isEvent(kind)) this.#heard = true;
    if (header.minorVersion === 0) this.#fallBack(`${formatPortIdentity(header.source)} speaks 2.0`);
  }

  answered(): void {
    this.#answered = true;
  }

  /** So many requests in a row have had no answer. */
  unanswered(kind: 'Delay_Req' | 'Pdelay_Req', inARow: number): void {
    if (!this.#heard || this.#answered || inARow < SUSPICIOUS) return;
    this.#fallBack(`${inARow} ${kind} of 2.1 have had no answer, and none before them`);
  }

  stamped(): void {
    this.#stamped = true;
  }

  stampLost(): void {
    this.#unstamped++;
    if (this.#stamped || this.#unstamped < SUSPICIOUS) return;
    this.#fallBack(`${this.#unstamped} event messages of 2.1 have had no transmit stamp, and none before them`);
  }

  #fallBack(reason: string): void {
    if (this.#setting !== 'auto' || this.#minor === 0) return;
    this.#minor = 0;
    this.#reason = reason;
  }
}
