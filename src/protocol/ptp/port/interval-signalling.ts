import type { Instant } from '../../../api/time.js';
import { ALL_PORTS, isAddressedTo } from '../identity.js';
import { INTERVAL_UNCHANGED, requestedInterval } from '../interval.js';
import type { Signaling } from '../message.js';
import { findTlv } from '../tlv/index.js';
import { isDue, type Outbox } from './action.js';
import { headerOf, randomSequence, type Sequence } from './envelope.js';
import type { PeerDelay } from './peer-delay.js';
import { envelopeOf, type PortSettings } from './settings.js';

/** Syncs without a gap for so long: the fast beginning has done its work (the automotive profile leaves it open). */
const SETTLED_NS = 4_000_000_000n;
/** What a neighbour may ask of us, log2 of seconds. */
const FASTEST = -7;
const SLOWEST = 6;

/**
 * Message interval requests (802.1AS-2020 §10.6.4.3): a profile with operational intervals asks for the initial ones when
 * the link comes up and for the operational ones once Syncs have come for a while.
 */
export class IntervalSignalling {
  readonly #settings: PortSettings;
  readonly #out: Outbox;
  readonly #sequence: Sequence;
  #phase: 'initial' | 'operational' = 'initial';
  dueAt: Instant | undefined;

  constructor(settings: PortSettings, out: Outbox) {
    this.#settings = settings;
    this.#out = out;
    this.#sequence = randomSequence(settings.random);
  }

  start(): void {
    this.#ask('initial');
  }

  synced(now: Instant): void {
    if (this.#phase === 'initial' && this.#settings.profile.operational !== undefined) this.dueAt ??= now + SETTLED_NS;
  }

  syncLost(): void {
    this.#ask('initial');
  }

  /** True: the operational intervals hold from now on. */
  wake(now: Instant): boolean {
    if (!isDue(this.dueAt, now)) return false;
    this.#ask('operational');
    return true;
  }

  /** The neighbour asks for other intervals: of our messages it is Pdelay_Req that it may slow down or stop. */
  take({ target, tlvs }: Signaling, peer: PeerDelay, now: Instant): void {
    if (!isAddressedTo(target, this.#settings.identity)) return;
    const request = findTlv(tlvs, 'message-interval-request');
    if (request === undefined) return;
    const initial = this.#settings.profile.initial.delay;
    const interval = requestedInterval(request.linkDelay, peer.logInterval ?? initial, initial);
    if (request.linkDelay === INTERVAL_UNCHANGED) return;
    peer.setInterval(interval === 'stop' ? undefined : boundedInterval(interval), now);
  }

  #ask(phase: 'initial' | 'operational'): void {
    this.dueAt = undefined;
    this.#phase = phase;
    const { profile } = this.#settings;
    if (profile.operational === undefined) return;
    const { sync } = profile[phase] ?? profile.initial;
    const header = headerOf(envelopeOf(this.#settings), this.#sequence.next());
    const request = {
      kind: 'message-interval-request',
      ...{ linkDelay: INTERVAL_UNCHANGED, timeSync: sync, announce: INTERVAL_UNCHANGED },
      flags: { computeNeighborRateRatio: true, computeMeanLinkDelay: true, oneStepReceiveCapable: true },
    } as const;
    this.#out.send({ kind: 'signaling', header, target: ALL_PORTS, tlvs: [request] }, 'peers');
  }
}

export const boundedInterval = (logInterval: number): number => Math.min(SLOWEST, Math.max(FASTEST, logInterval));
