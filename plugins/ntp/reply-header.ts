import { type ClockState, HubTime, type Instant, type Ns, type TimeState } from 'timehub/api';
import {
  HEADER_OCTETS,
  MODE_SERVER,
  refidOfText,
  STRATUM_UNSYNCHRONISED,
  toNtpTime,
  toShort,
  writeHeader,
} from 'timehub/protocol/ntp';

/** A microsecond: what a corrected kernel stamp is good for. */
const PRECISION_LOG2 = -20;
const ROOT_DISPERSION_AT = 8;

/** The time that is served: one state of the hub, applied to the stamps of the system clock. */
export class ServerTime {
  /** What all replies by this state share; the root dispersion by `grow`. */
  readonly header = new Uint8Array(HEADER_OCTETS);
  readonly #clock: ClockState;
  readonly #dispersionNs: Ns;
  /** Its growth, ns/s, which is that of the bound. */
  readonly #growthPpb: number;
  readonly #time: HubTime;

  constructor(state: TimeState) {
    const { ntp } = state;
    const clock = state.clocks[0]!;
    const told = ntp.stratum < STRATUM_UNSYNCHRONISED && Number.isFinite(clock.offsetNs);
    this.#clock = clock;
    this.#time = HubTime.of(state, clock.id, 'utc')!;
    this.#dispersionNs = ntp.rootDispersionNs;
    this.#growthPpb = state.local === true ? 0 : clock.boundGrowthPpb;
    writeHeader(
      {
        leap: told ? ntp.leap : 'unknown',
        version: 4,
        mode: MODE_SERVER,
        stratum: told ? ntp.stratum : 0,
        pollLog2: 0,
        precisionLog2: PRECISION_LOG2,
        rootDelayNs: ntp.rootDelayNs,
        rootDispersionNs: ntp.rootDispersionNs,
        refid: told ? refidOfText(ntp.refid) : 0,
        reference: told ? toNtpTime(ntp.referenceTime) : 0n,
        origin: 0n,
        receive: 0n,
        transmit: 0n,
      },
      this.header,
    );
  }

  /** What the hub believes it was when the system clock read `time`. */
  correct(time: Instant): Instant {
    return this.#time.at(time);
  }

  /** Adds to the root dispersion by how much the bound has grown since the state was published. */
  grow(monotonic: Instant): void {
    const ageS = Math.max(0, Number(monotonic - this.#clock.monotonic) / 1e9);
    const short = toShort(this.#dispersionNs + ageS * this.#growthPpb);
    for (let i = 0; i < 4; i++) this.header[ROOT_DISPERSION_AT + i] = short >>> (24 - 8 * i);
  }
}
