import { BUILT_AT, type Instant } from '../../../api/time.js';
import { factsOfSentence, type NmeaMessage, parseSentence, readSentence, type Sentence } from '../../nmea/index.js';
import { factsOfUbx, parseUbx, type UbxFrame, type UbxMessage } from '../../ubx/index.js';
import { type MessageFacts, splitInstant } from '../index.js';
import { DayFinder } from './day-finder.js';
import { Epoch } from './epoch.js';
import { LatelyStated } from './lately.js';
import type { MessagePlace, ReceiverEvent, ReceiverReport } from './report.js';
import { SkyView } from './sky.js';
import { type StreamCounters, type StreamMessage, StreamSplitter } from './stream-splitter.js';

export interface ReceiverSessionOptions {
  /** Accept sentences without a checksum. Default: false. */
  readonly allowUnchecked?: boolean;
  /** The present is not before this: an earlier date is repaired by eras of 1024 weeks. Default: when this program was built. */
  readonly notBefore?: Instant;
  /** Middle of the 80 years to which a year of two digits belongs. Default: when this program was built. */
  readonly reference?: Instant;
}

export interface MessageCounters {
  /** Messages that were read. */
  read: number;
  /** Valid ones of other kinds. */
  ignored: number;
  malformed: number;
  /** Sentences with a wrong checksum, or without one. */
  unchecked: number;
}

const TIMED: ReadonlySet<NmeaMessage['type']> = new Set(['RMC', 'ZDA', 'GGA', 'GNS', 'GLL', 'PUBX'] as const);

const S_NS = 1_000_000_000n;

/**
 * One receiver's stream, without I/O: octets and monotonic time in, events out. It folds the messages of both protocols into
 * one report an epoch. An epoch ends with the first message of the next one, with NAV-EOE, or with a pause of the stream.
 */
export class ReceiverSession {
  readonly counters: MessageCounters = { read: 0, ignored: 0, malformed: 0, unchecked: 0 };
  readonly #options: ReceiverSessionOptions;
  readonly #splitter = new StreamSplitter();
  readonly #days: DayFinder;
  #epoch = new Epoch();
  #lately = new LatelyStated();
  #sky = new SkyView();

  constructor(options: ReceiverSessionOptions = {}) {
    this.#options = options;
    this.#days = new DayFinder(options.notBefore ?? BUILT_AT);
  }

  get streamCounters(): Readonly<StreamCounters> {
    return this.#splitter.counters;
  }

  /** Octets of the stream until now. The next octet that is fed has this place. */
  get position(): number {
    return this.#splitter.position;
  }

  /** Reads the next octets of the stream, which arrived by `now`. */
  feed(octets: Uint8Array, now: Instant): ReceiverEvent[] {
    const events: ReceiverEvent[] = [];
    for (const message of this.#splitter.push(octets)) this.#message(message, now, events);
    return events;
  }

  /** Ends the epoch, because the stream has paused for longer than between two messages of an epoch. */
  pause(now: Instant): ReceiverEvent[] {
    const events: ReceiverEvent[] = [];
    for (const message of this.#splitter.pause()) this.#message(message, now, events);
    this.#end(now, events);
    return events;
  }

  /** Forgets all that the receiver said, because it may be another one now. Places and counters go on. */
  reset(): void {
    this.#splitter.pause();
    this.#epoch = new Epoch();
    this.#lately = new LatelyStated();
    this.#sky = new SkyView();
    this.#days.reset();
  }

  #message(message: StreamMessage, now: Instant, events: ReceiverEvent[]): void {
    if (message.kind === 'nmea') this.#line(message.text, message, now, events);
    else this.#frame(message, message, now, events);
  }

  #line(text: string, place: Omit<MessagePlace, 'name'>, now: Instant, events: ReceiverEvent[]): void {
    const { allowUnchecked = false, reference = BUILT_AT } = this.#options;
    const sentence = readSentence(text, { allowUnchecked });
    if (typeof sentence === 'string') {
      this.counters[sentence === 'malformed' ? 'malformed' : 'unchecked']++;
      return;
    }
    const parsed = parseSentence(sentence, { reference });
    if (this.#isRead(parsed)) this.#sentence(parsed, { ...placeOf(place), name: nameOf(sentence) }, now, events);
  }

  #sentence(message: NmeaMessage, place: MessagePlace, now: Instant, events: ReceiverEvent[]): void {
    const facts = factsOfSentence(message);
    this.#fold(facts, place, TIMED.has(message.type) && facts.time === undefined, now, events);
    if (message.type === 'GSA') this.#sky.addUsed(message);
    if (message.type === 'GSV') this.#sky.addPart(message);
    if (message.type === 'TXT') events.push({ type: 'text', text: message.text });
  }

  #frame(frame: UbxFrame, place: Omit<MessagePlace, 'name'>, now: Instant, events: ReceiverEvent[]): void {
    const parsed = parseUbx(frame);
    if (this.#isRead(parsed)) this.#ubx(parsed, { ...placeOf(place), name: parsed.name }, now, events);
  }

  #ubx(message: UbxMessage, place: MessagePlace, now: Instant, events: ReceiverEvent[]): void {
    switch (message.name) {
      case 'TIM-TP':
        events.push({ type: 'pulse', pulse: message.pulse, place });
        break;
      case 'TIM-TM2': {
        const { channel, count, scale, rising, falling, accuracyNs } = message;
        events.push({ type: 'mark', channel, count, scale, rising, falling, accuracyNs });
        break;
      }
      case 'MON-VER':
        events.push({ type: 'version', version: message.version });
        break;
      case 'ACK-ACK':
      case 'ACK-NAK': {
        const { classId, messageId } = message;
        events.push({ type: 'answer', accepted: message.name === 'ACK-ACK', classId, messageId });
        break;
      }
      default:
        this.#fold(factsOfUbx(message), place, false, now, events);
        if ('satellites' in message) this.#sky.addAll(message);
        if (message.name === 'NAV-EOE') this.#end(now, events);
    }
  }

  #isRead<T extends object>(parsed: T | 'ignored' | 'malformed'): parsed is T {
    this.counters[typeof parsed === 'string' ? parsed : 'read']++;
    return typeof parsed !== 'string';
  }

  #fold(facts: MessageFacts, place: MessagePlace, isTimeless: boolean, now: Instant, events: ReceiverEvent[]): void {
    this.#lately.add(facts, now);
    const whole = this.#withUtc(facts);
    if (!this.#epoch.includes(whole, place.name, isTimeless)) this.#end(now, events);
    const isFirst = this.#epoch.time === undefined;
    this.#epoch.add(whole, place, isTimeless);
    if (whole.time === undefined) return;
    const day = whole.time.day ?? this.#epoch.dayOf(whole.time.timeOfDayNs);
    const time = this.#days.date({ ...whole.time, day }, now);
    events.push({ type: 'time', time, place, isFirst });
  }

  /** Completes a message that states the time on the GPS timescale only, if the leap seconds are known. */
  #withUtc(facts: MessageFacts): MessageFacts {
    const { gpsMinusUtc } = this.#lately;
    if (facts.time !== undefined || facts.gpsTime === undefined || gpsMinusUtc === undefined) return facts;
    const utc = splitInstant(facts.gpsTime - BigInt(gpsMinusUtc) * S_NS);
    return { ...facts, time: { ...utc, resolutionNs: 1, valid: true } };
  }

  #end(now: Instant, events: ReceiverEvent[]): void {
    if (this.#epoch.isEmpty) return;
    events.push({ type: 'epoch', report: this.#report(this.#epoch, now) });
    this.#epoch = new Epoch();
    this.#sky.next();
  }

  #report(epoch: Epoch, now: Instant): ReceiverReport {
    const time = epoch.time && this.#days.date(epoch.time, now);
    if (epoch.leap !== undefined && time?.utc !== undefined) this.#lately.placeLeap(epoch.leap, time.utc);
    const { fix, timeAccuracyNs, messages } = epoch;
    return {
      time,
      timeAccuracyNs,
      fix: { ...fix, used: fix.used ?? this.#sky.usedCount },
      leap: this.#lately.leap,
      satellites: this.#sky.satellites,
      antennas: this.#lately.antennas(now),
      spoofing: this.#lately.spoofing(now),
      clock: this.#lately.clock(now),
      survey: this.#lately.survey(now),
      messages,
    };
  }
}

const nameOf = ({ talker, type }: Sentence): string => `${talker}${type}`;
const placeOf = ({ start, end }: Omit<MessagePlace, 'name'>): Omit<MessagePlace, 'name'> => ({ start, end });
