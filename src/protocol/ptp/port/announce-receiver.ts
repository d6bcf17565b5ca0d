import type { Instant } from '../../../api/time.js';
import { type AnnounceRefusal, MAX_STEPS_REMOVED, refusalOf } from '../bmca/announce-check.js';
import { type ForeignMaster, ForeignMasters } from '../bmca/foreign-masters.js';
import type { PortIdentity } from '../identity.js';
import type { Announce } from '../message.js';
import type { PortSettings } from './settings.js';

/** Receives the Announces of one port and finds their best sender. */
export class AnnounceReceiver {
  readonly #settings: PortSettings;
  readonly #foreign: ForeignMasters;
  readonly #refused: Record<AnnounceRefusal | 'no-room', number> = {
    ...{ own: 0, 'too-far': 0, alternate: 0, loop: 0, unacceptable: 0, 'no-room': 0 },
  };

  constructor(settings: PortSettings) {
    const { profile, identity, random } = settings;
    this.#settings = settings;
    this.#foreign = new ForeignMasters({
      receiver: identity,
      random,
      logAnnounceInterval: profile.initial.announce,
      qualification: profile.qualification,
      timeout: profile.announceTimeout,
      timeoutSpan: profile.announceTimeoutSpan,
    });
  }

  /** Number of ignored Announces by reason. */
  get refused(): Readonly<Record<string, number>> {
    return this.#refused;
  }

  /** Number of announce receipt timeouts. */
  get timeouts(): number {
    return this.#foreign.timeouts;
  }

  get known(): readonly ForeignMaster[] {
    return this.#foreign.known;
  }

  /** Returns true for the address of a qualified sender. */
  isKnown(address: string): boolean {
    return this.#foreign.known.some(({ qualified, from }) => qualified && from === address);
  }

  get dueAt(): Instant | undefined {
    return this.#foreign.dueAt;
  }

  receive(announce: Announce, from: string, now: Instant): void {
    const { identity: own, isOwn, acceptable } = this.#settings;
    const refusal = refusalOf(announce, from, { own, isOwn, maxStepsRemoved: MAX_STEPS_REMOVED, acceptable });
    if (refusal !== undefined) this.#refused[refusal]++;
    else if (!this.#foreign.record(announce, from, now)) this.#refused['no-room']++;
  }

  best(now: Instant): readonly [first?: ForeignMaster, second?: ForeignMaster] {
    this.#foreign.expire(now);
    return this.#foreign.best();
  }

  /** Returns the best senders as of the last call with a time. */
  qualified(): readonly [first?: ForeignMaster, second?: ForeignMaster] {
    return this.#foreign.best();
  }

  forget(sender: PortIdentity): void {
    this.#foreign.forget(sender);
  }

  clear(): void {
    this.#foreign.clear();
  }
}
