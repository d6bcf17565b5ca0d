import type { Instant } from '../../../../api/time.js';
import { ALL_PORTS } from '../../identity.js';
import type { Signaling } from '../../message.js';
import type { Intervals } from '../../profile/profile.js';
import type { Tlv } from '../../tlv/index.js';
import { earliest, isDue, type Outbox } from '../action.js';
import { type Envelope, flagsFor, headerOf, randomSequence, type Sequence } from '../envelope.js';
import { ANNOUNCE_TYPE, DELAY_RESP_TYPE, SYNC_TYPE } from '../transmitter/grant-table.js';

export interface UnicastClientSettings {
  /** Address of the timeTransmitter. */
  readonly address: string;
  /** Requested duration of grants, s. */
  readonly durationS: number;
}

const TYPES = [ANNOUNCE_TYPE, SYNC_TYPE, DELAY_RESP_TYPE] as const;

/** Pause after a request without an answer, or a refusal. It doubles up to the longest. */
const RETRY_NS = 1_000_000_000n;
const LONGEST_RETRY_NS = 32_000_000_000n;

/** Requester of unicast negotiation (IEEE 1588-2019 §16.1): requests all three types at once and renews at half time. */
export class UnicastClient {
  readonly #envelope: Envelope;
  readonly #settings: UnicastClientSettings;
  readonly #intervals: Intervals;
  readonly #out: Outbox;
  readonly #sequence: Sequence;
  /** Seconds granted since the last request, by type. */
  readonly #granted = new Map<number, number>();
  #refusesDelay = false;
  #retryNs = RETRY_NS;
  dueAt: Instant | undefined;
  refused = 0;
  /** Number of requests sent. */
  requests = 0;

  constructor(
    envelope: Envelope,
    settings: UnicastClientSettings,
    intervals: Intervals,
    random: () => number,
    out: Outbox,
  ) {
    this.#envelope = envelope;
    this.#settings = settings;
    this.#intervals = intervals;
    this.#out = out;
    this.#sequence = randomSequence(random);
  }

  start(now: Instant): void {
    this.#retryNs = RETRY_NS;
    this.dueAt = now;
  }

  /** Cancels all grants. */
  stop(): void {
    if (this.dueAt !== undefined) {
      this.#send(
        TYPES.map((messageType) => ({
          kind: 'cancel-unicast',
          messageType,
          maintainRequest: false,
          maintainGrant: false,
        })),
      );
    }
    this.dueAt = undefined;
  }

  wake(now: Instant): void {
    if (!isDue(this.dueAt, now)) return;
    const { announce, sync, delay } = this.#intervals;
    const logIntervals = { [ANNOUNCE_TYPE]: announce, [SYNC_TYPE]: sync, [DELAY_RESP_TYPE]: delay };
    this.#granted.clear();
    this.requests++;
    this.dueAt = now + this.#retryNs;
    this.#retryNs = this.#retryNs * 2n > LONGEST_RETRY_NS ? LONGEST_RETRY_NS : this.#retryNs * 2n;
    const { durationS } = this.#settings;
    this.#send(
      TYPES.map((messageType) => ({
        ...{ kind: 'request-unicast', messageType, durationS },
        logInterval: logIntervals[messageType],
      })),
    );
  }

  receive({ tlvs, header }: Signaling, from: string, now: Instant): void {
    if (from !== this.#settings.address || this.dueAt === undefined) return;
    for (const tlv of tlvs) {
      if (tlv.kind === 'grant-unicast') this.#handleGrant(tlv.messageType, tlv.durationS, now);
      if (tlv.kind !== 'cancel-unicast') continue;
      this.#send([{ ...tlv, kind: 'acknowledge-cancel-unicast' }], header.source);
      this.dueAt = now + this.#retryNs;
    }
  }

  /** A clause. Empty unless the timeTransmitter refuses Delay_Resp. */
  get delayFault(): string {
    return this.#refusesDelay ? `${this.#settings.address} refuses to send unicast Delay_Resp` : '';
  }

  #handleGrant(messageType: number, durationS: number, now: Instant): void {
    if (messageType === DELAY_RESP_TYPE) this.#refusesDelay = durationS === 0;
    if (durationS === 0) {
      this.refused++;
      return;
    }
    this.#granted.set(messageType, durationS);
    const halfNs = BigInt(Math.min(...this.#granted.values())) * 500_000_000n;
    const renewAt = now + (halfNs > RETRY_NS ? halfNs : RETRY_NS);
    if (TYPES.every((type) => this.#granted.has(type))) {
      this.#retryNs = RETRY_NS;
      this.dueAt = renewAt;
    } else this.dueAt = earliest(this.dueAt, renewAt);
  }

  #send(tlvs: readonly Tlv[], target = ALL_PORTS): void {
    const to = { address: this.#settings.address };
    const header = headerOf(this.#envelope, this.#sequence.next(), { flags: flagsFor(to) });
    this.#out.send({ kind: 'signaling', header, target, tlvs }, to);
  }
}
