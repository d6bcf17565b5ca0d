import type { Instant, Ns } from '../../../api/time.js';
import type { AntennaFacts, LeapFacts, MessageFacts, ReceiverClock, Spoofing, SurveyFacts } from '../index.js';
import type { ReceiverLeap } from './report.js';

/** Age after which a statement that was not repeated is no longer reported, ns. */
const STALE_NS: Ns = 90e9;
/** Inputs of a receiver. */
const MOST_INPUTS = 8;
/** TAI − GPS, s (IS-GPS-200). */
const TAI_MINUS_GPS = 19;

interface Heard<T> {
  readonly value: T;
  readonly at: Instant;
}

/** Statements of a receiver that it does not repeat in every epoch. */
export class LatelyStated {
  readonly #antennas = new Map<number | undefined, Heard<AntennaFacts>>();
  #spoofing: Heard<Spoofing> | undefined;
  #clock: Heard<ReceiverClock> | undefined;
  #survey: Heard<SurveyFacts> | undefined;
  #leap: ReceiverLeap | undefined;

  /** GPS − UTC as the receiver last said, s. */
  get gpsMinusUtc(): number | undefined {
    const tai = this.#leap?.taiMinusUtc;
    return tai === undefined ? undefined : tai - TAI_MINUS_GPS;
  }

  get leap(): ReceiverLeap | undefined {
    return this.#leap;
  }

  add({ antennas = [], spoofing, clock, survey, leap }: MessageFacts, now: Instant): void {
    for (const antenna of antennas) this.#addAntenna(antenna, now);
    if (spoofing !== undefined) this.#spoofing = { value: spoofing, at: now };
    if (clock !== undefined) this.#clock = { value: clock, at: now };
    if (survey !== undefined) this.#survey = { value: survey, at: now };
    if (leap !== undefined) this.#addLeap(leap, now);
  }

  /** Gives the announced leap second its place, once the time of the epoch that announced it is known. */
  placeLeap({ inS, change }: LeapFacts, utc: Instant): void {
    if (this.#leap === undefined || inS === undefined || !change) return;
    const seconds = (utc + 500_000_000n) / 1_000_000_000n + BigInt(inS);
    this.#leap = { ...this.#leap, at: seconds * 1_000_000_000n };
  }

  antennas(now: Instant): readonly AntennaFacts[] {
    return [...this.#antennas.values()].flatMap((heard) => fresh(heard, now) ?? []);
  }

  spoofing(now: Instant): Spoofing | undefined {
    return fresh(this.#spoofing, now);
  }

  clock(now: Instant): ReceiverClock | undefined {
    return fresh(this.#clock, now);
  }

  survey(now: Instant): SurveyFacts | undefined {
    return fresh(this.#survey, now);
  }

  /** A text names the antenna's state only: what a frame said of the same input stays. */
  #addAntenna(antenna: AntennaFacts, at: Instant): void {
    const before = fresh(this.#antennas.get(antenna.input), at);
    if (before === undefined && this.#antennas.size >= MOST_INPUTS && !this.#antennas.has(antenna.input)) return;
    const value: AntennaFacts = {
      input: antenna.input,
      status: antenna.status ?? before?.status,
      power: antenna.power ?? before?.power,
      jamming: antenna.jamming ?? before?.jamming,
      interference: antenna.interference ?? before?.interference,
      noise: antenna.noise ?? before?.noise,
      gain: antenna.gain ?? before?.gain,
    };
    this.#antennas.set(antenna.input, { value, at });
  }

  #addLeap({ gpsMinusUtc, isHeard, change }: LeapFacts, heardAt: Instant): void {
    const before = this.#leap;
    this.#leap = {
      taiMinusUtc: gpsMinusUtc === undefined ? before?.taiMinusUtc : gpsMinusUtc + TAI_MINUS_GPS,
      isHeard: isHeard ?? before?.isHeard,
      change: change ?? before?.change,
      at: change === 0 ? undefined : before?.at,
      heardAt,
    };
  }
}

const fresh = <T>(heard: Heard<T> | undefined, now: Instant): T | undefined =>
  heard !== undefined && Number(now - heard.at) <= STALE_NS ? heard.value : undefined;
