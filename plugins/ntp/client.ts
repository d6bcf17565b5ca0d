import type { ExchangeCounts, Instant, Ns, Observation, SourceContext, Stamp, UdpSocket } from 'timehub/api';
import type { Server } from 'timehub/protocol/address';
import {
  type Answer,
  type AnsweredRequest,
  type Authentication,
  FilterCollector,
  Interleaving,
  Kisses,
  measure,
  REFUSAL_TEXTS,
  type ReplyRefusal,
  type RequestV5Options,
  type SymmetricKey,
  VERSION_5,
  VersionChoice,
  type VersionWish,
  withKey,
} from 'timehub/protocol/ntp';
import {
  Association,
  Counters,
  type NtpOutcome,
  type PollOptions,
  RefusalRecord,
  type Stamping,
  sendNtpRequest,
} from 'timehub/toolkit';
import { claimsOf, legsOf } from './legs.js';
import { type ReferenceIds, sharedReferenceIds } from './reference-ids.js';

export interface NtpClientOptions {
  readonly server: Server;
  readonly poll: PollOptions;
  /** Family of the addresses of a name that are used. Default: both. */
  readonly family?: 4 | 6 | undefined;
  /** Longest time between look-ups of a name whose server answers, ns; 0: none. */
  readonly refreshNs: Ns;
  readonly version: VersionWish;
  /** Ask for the interleaved mode (RFC 9769). */
  readonly interleaved: boolean;
  /** Returns the stamp options of sockets; may throw a `HubError`. Default: kernel stamps, over any interface. */
  readonly stamping?: () => Stamping;
  /** Returns the key that authenticates requests and replies; may throw a `HubError`. Absent: they are not authenticated. */
  readonly key?: () => SymmetricKey;
  /** Authentication by NTS, in place of a key. */
  readonly nts?: NtsAccess;
}

/** The keys of NTS, as the client of NTP needs them. */
export interface NtsAccess {
  /** Returns the authentication of the next request, or a sentence that says why none can be sent. */
  authenticate(): Authentication | string;
  /** Returns a sentence if the server must not be believed at the time that its reply states. */
  faultAt(time: Instant): string | undefined;
  /** Called after the time of a reply was reported to the hub. */
  reported(time: Instant): void;
  /** Returns a clause for the operator, or ''. */
  doubt(): string;
}

/** Limits of the wait for a reply, ns; within them it is the poll interval. A later reply would give a useless bound. */
const MIN_WINDOW_NS = 1e9;
const MAX_WINDOW_NS = 5e9;

/**
 * Time from a request to the one that fetches the exact transmit timestamp of its reply, ns: long enough for the stamp of a
 * network card to reach the server's program, and so short that the clock hardly moves meanwhile.
 */
const FOLLOW_UP_NS = 20e6;

/** After this many silent requests in a row, every other one uses an open socket, to find replies from another address. */
const SILENT_BEFORE_OPEN = 2;

/** Longest interval that a server of NTPv5 may demand, ns: MAXPOLL of RFC 5905. */
const LONGEST_PERMITTED_NS = 2 ** 17 * 1e9;

const COUNTERS = {
  requests: 'Requests sent',
  replies: 'Replies that answered a request',
  interleaved: 'Replies in the interleaved mode (also counted as replies)',
  kisses: 'Kisses of death received',
} as const;

/** Polls one server, reports its replies to the hub and counts the rest. */
export class NtpClient {
  readonly #context: SourceContext;
  readonly #association: Association;
  readonly #longestNs: Ns;
  readonly #key: (() => SymmetricKey) | undefined;
  readonly #nts: NtsAccess | undefined;
  /** Undefined: the server is asked in the basic mode. */
  #interleaving: Interleaving<Stamp> | undefined;
  readonly #isInterleaved: boolean;
  #version: VersionChoice;
  readonly #versionWish: VersionWish;
  readonly #referenceIds: ReferenceIds;
  /** Filter of reference IDs of the present server. */
  #filter = new FilterCollector();
  #learnedAddress: string | undefined;
  /** Log2 of the poll interval in seconds that the last request stated. */
  #askedPollLog2 = 0;
  /** Shortest interval that a server of NTPv5 permits, ns; 0: it permits the present one. */
  #permittedNs: Ns = 0;
  /** The next answer completes the last exchange. */
  #isIncomplete = false;
  /** The key of the last request. */
  #usedKey: SymmetricKey | undefined;
  readonly #counters: Counters<keyof typeof COUNTERS>;
  readonly #refusals: RefusalRecord<ReplyRefusal>;
  /** Requests in a row that got neither a reply nor an error of the network. */
  #silent = 0;
  #kisses: Kisses;
  #shownDoubt = '';
  readonly #stampingOf: (() => Stamping) | undefined;
  #stamping: Stamping | undefined;
  /** Keeps the stamps of the card switched on between the requests, each of which has a socket of its own. */
  #holder: UdpSocket | undefined;
  #newest: Readonly<Record<string, unknown>> = {};

  constructor(context: SourceContext, options: NtpClientOptions) {
    const { server, poll, family, refreshNs, stamping, key, nts, interleaved, version } = options;
    this.#context = context;
    this.#association = new Association(context, {
      server,
      poll,
      family,
      refreshNs,
      ask: () => this.#ask(),
      onReplaced: () => this.#replaced(),
      shortfall: () => nts?.doubt() ?? this.#doubtOfKey(),
    });
    this.#longestNs = poll.maxNs;
    this.#stampingOf = stamping;
    this.#key = key;
    this.#nts = nts;
    this.#kisses = this.#newKisses();
    this.#isInterleaved = interleaved;
    this.#versionWish = version;
    this.#version = new VersionChoice(version);
    this.#referenceIds = sharedReferenceIds(context);
    this.#interleaving = this.#newInterleaving();
    this.#counters = new Counters(context.metrics, COUNTERS);
    this.#refusals = new RefusalRecord(context.metrics, REFUSAL_TEXTS);
  }

  /** Throws the errors of `key` and `stamping`. */
  start(): void {
    this.#stamping = this.#stampingOf?.();
    if (this.#stamping?.hardwareStamps === true) this.#holder = this.#context.network.udp(this.#stamping);
    this.#usedKey = this.#key?.();
    this.#association.start();
  }

  stop(): void {
    this.#holder?.close();
    this.#association.stop();
  }

  exchanges(): ExchangeCounts {
    return { reach: this.#association.reach, replies: this.#counters.counts.replies! };
  }

  inspect(): Record<string, unknown> {
    const key = this.#usedKey;
    return {
      server: String(this.#association.peer),
      ...(key && { key: `${key.number} (${key.type})` }),
      ...this.#association.inspect(),
      ...(this.#versionWish !== 4 && { version: this.#version.version }),
      pollIntervalS: this.#intervalNs / 1e9,
      ...(this.#isInterleaved && { exchangeMode: this.#interleaving?.isActive === true ? 'interleaved' : 'basic' }),
      ...this.#newest,
      ...this.#counters.counts,
      refused: this.#refusals.counts,
    };
  }

  get #intervalNs(): Ns {
    return Math.max(this.#association.intervalNs, this.#leastNs);
  }

  /** Shortest interval that the server permits, ns; 0: any. */
  get #leastNs(): Ns {
    return Math.max(this.#kisses.minIntervalNs, this.#permittedNs);
  }

  get #isAuthenticated(): boolean {
    return this.#key !== undefined || this.#nts !== undefined;
  }

  #newKisses(): Kisses {
    return new Kisses({ authenticated: this.#isAuthenticated });
  }

  /** A server that wants to be asked less often is not asked twice. */
  #newInterleaving(): Interleaving<Stamp> | undefined {
    return this.#isInterleaved && this.#kisses.minIntervalNs === 0 ? new Interleaving() : undefined;
  }

  #ask(): void {
    this.#isIncomplete = false;
    this.#usedKey = this.#key?.();
    const authentication = this.#usedKey === undefined ? this.#nts?.authenticate() : withKey(this.#usedKey);
    if (typeof authentication === 'string') {
      this.#ended({ kind: 'silence', cause: authentication });
      return;
    }
    this.#counters.count('requests');
    sendNtpRequest(this.#context, {
      peer: this.#association.peer.endpoint!,
      windowNs: Math.min(MAX_WINDOW_NS, Math.max(MIN_WINDOW_NS, this.#intervalNs)),
      hears: this.#silent >= SILENT_BEFORE_OPEN && this.#silent % 2 === 0 ? 'anybody' : 'peer',
      onError: 'wait',
      stamping: this.#stamping,
      previous: this.#interleaving?.previous,
      v5: this.#version.version === VERSION_5 ? this.#requestV5() : undefined,
      probesV5: this.#version.probes,
      authentication,
      onRequest: (mark, offset) => this.#context.identity.asks(mark, offset),
      onRefused: (reason, detail) => this.#refusals.refuse(reason, detail),
      onEnd: (outcome) => this.#ended(outcome),
    });
  }

  #requestV5(): RequestV5Options {
    // Without what the server demands: many servers repeat the request's interval, which would then hold for ever.
    const wantedNs = Math.max(this.#association.intervalNs, this.#kisses.minIntervalNs);
    this.#askedPollLog2 = Math.round(Math.log2(wantedNs / 1e9));
    return { pollLog2: this.#askedPollLog2, filterAt: this.#filter.next };
  }

  #ended(outcome: NtpOutcome): void {
    if (this.#association.stopped) return;
    if (outcome.kind === 'answer' || outcome.kind === 'unusable') this.#noteAnswer(outcome.answer);
    else this.#version.missedOne();
    this.#silent = outcome.kind === 'silence' && outcome.cause === undefined ? this.#silent + 1 : 0;
    switch (outcome.kind) {
      case 'answer':
        this.#use(outcome);
        break;
      case 'unusable':
        this.#disown(outcome.answer, outcome.reason);
        break;
      case 'kiss':
        this.#counters.count('kisses');
        this.#kisses.take(outcome.code, this.#intervalNs);
        this.#interleaving = this.#newInterleaving();
        this.#missed(`${this.#association.peer} answers with the kiss of death ${outcome.code}`);
        if (outcome.code === 'RATE')
          this.#association.preferAnother('wants to be asked less often (kiss of death RATE)');
        break;
      case 'silence':
        if (outcome.cause !== undefined && !this.#association.hasAnswered)
          this.#association.preferAnother('cannot be reached');
        this.#missed(outcome.cause);
    }
    if (this.#isIncomplete) this.#association.planFollowUp(FOLLOW_UP_NS);
    else if (this.#kisses.refusedBy === undefined) this.#association.planNext(this.#leastNs);
    else this.#leave(this.#kisses.refusedBy);
  }

  /** Takes what an answer says beside the time: versions, poll interval and reference IDs of NTPv5. */
  #noteAnswer(answer: Answer): void {
    this.#version.answered(answer);
    const { pollLog2 = this.#askedPollLog2 } = answer;
    this.#permittedNs = pollLog2 > this.#askedPollLog2 ? Math.min(LONGEST_PERMITTED_NS, 2 ** pollLog2 * 1e9) : 0;
    if (answer.version !== VERSION_5) {
      this.#learnAddress();
      return;
    }
    this.#learnedAddress = undefined;
    this.#filter.take(answer.filterPart);
    this.#referenceIds.learn(this.#context.id, this.#filter.filter);
  }

  /** A server of NTPv4 has the reference ID of its address. */
  #learnAddress(): void {
    const { address } = this.#association.peer.endpoint!;
    if (this.#learnedAddress === address) return;
    this.#learnedAddress = address;
    this.#referenceIds.learnAddress(this.#context.id, address);
  }

  /** `condition`: see `Association.answered`; undefined: this reply does not show it. */
  #answered(condition?: string): void {
    this.#counters.count('replies');
    this.#refusals.accepted();
    this.#kisses.answered();
    this.#association.answered(condition);
  }

  /** A request to be asked less often applies to the next server of the name too. */
  #replaced(): void {
    this.#interleaving = this.#newInterleaving();
    this.#refusals.accepted();
    this.#kisses.answered();
    this.#silent = 0;
    this.#version = new VersionChoice(this.#versionWish);
    this.#filter = new FilterCollector();
    this.#permittedNs = 0;
    this.#learnedAddress = undefined;
    this.#referenceIds.learn(this.#context.id, undefined);
  }

  /** A server such as chronyd does not answer a request whose key it does not have. */
  #doubtOfKey(): string {
    if (this.#usedKey === undefined || this.#association.hasAnswered) return '';
    return `the server may not have key ${this.#usedKey.number}, or may have another secret or type for it`;
  }

  #missed(cause: string | undefined): void {
    this.#kisses.missedOne();
    this.#interleaving?.missedOne();
    this.#association.missed(cause, this.#refusals.sentence);
  }

  #use(answered: AnsweredRequest<Stamp>): void {
    if (this.#filter.filter?.has(this.#referenceIds.own) === true) {
      this.#disown(answered.answer, 'follows this hub, directly or over other servers (reference ID of NTPv5)');
      return;
    }
    if (answered.sent.clock !== answered.received.clock) {
      this.#refusals.refuse('stamp');
      this.#missed(undefined);
      return;
    }
    if (answered.answer.isInterleaved) this.#counters.count('interleaved');
    const exchange = this.#interleaving === undefined ? answered : this.#interleaving.take(answered);
    if (exchange !== undefined) {
      this.#measure(exchange, answered.answer);
      return;
    }
    this.#isIncomplete = true;
    this.#report(answered.answer, []);
    this.#answered('ok');
  }

  /** `newest`: the answer whose claims are reported. */
  #measure({ answer, sent, received }: AnsweredRequest<Stamp>, newest: Answer): void {
    const measured = measure(answer, sent, received);
    if (measured === 'contradiction') {
      this.#refusals.refuse(measured);
      this.#missed(undefined);
      return;
    }
    // The time is not used, but the server did reply.
    if (measured === 'clock-set') {
      this.#answered();
      return;
    }
    const time = received.time + BigInt(Math.round(measured.offsetNs));
    const fault = this.#nts?.faultAt(time);
    if (fault !== undefined) {
      this.#missed(fault);
      return;
    }
    this.#newest = { offsetNs: measured.offsetNs, delayNs: measured.delayNs, sentBy: sent.by, receivedBy: received.by };
    this.#report(newest, legsOf(answer, sent, received, this.#association.peer.path));
    this.#answered('ok');
    this.#nts?.reported(time);
    this.#showDoubt();
  }

  /** Shows the operator what is doubtful about the keys of NTS, and when it is no longer. */
  #showDoubt(): void {
    const doubt = this.#nts?.doubt() ?? '';
    if (doubt === this.#shownDoubt) return;
    this.#shownDoubt = doubt;
    this.#association.updateShortfall();
  }

  /** `flaw`: a sentence that says why the server's time cannot be used. */
  #report(answer: Answer, observations: readonly Observation[], flaw?: string): void {
    const intervalNs = Math.max(this.#longestNs, this.#leastNs);
    const claims = {
      ...claimsOf(answer, this.#association.peer.endpoint!, flaw),
      authenticated: this.#isAuthenticated,
      intervalNs,
    };
    this.#context.report({ claims, observations });
  }

  /** Counts a reply whose time cannot be used. `reason`: the end of a sentence about the server. */
  #disown(answer: Answer, reason: string): void {
    const flaw = `the server ${reason}`;
    this.#report(answer, [], flaw);
    this.#answered(flaw);
  }

  /** Obeys DENY or RSTR (RFC 5905 §7.4): leaves the server for an hour or more, after which it may serve this machine again. */
  #leave(code: string): void {
    this.#kisses = this.#newKisses();
    this.#association.leave(`${this.#association.peer} refuses to serve this machine (kiss of death ${code})`);
  }
}
