import { HubTime, type Ns, promisedGrowthPpb, type TimeState } from 'timehub/api';
import {
  FILTER_OCTETS,
  HEADER_OCTETS,
  MODE_SERVER,
  refidOfText,
  STRATUM_UNSYNCHRONISED,
  toNtpTime,
  toShort,
  writeHeader,
} from 'timehub/protocol/ntp';
import { LINEAR_TIME_NUMBERS, LinearTime, NO_SMEAR, SharedSnapshot, type SmearShape, smearAt } from 'timehub/toolkit';

/** About 1 µs: the precision of a corrected kernel stamp. */
const PRECISION_LOG2 = -20;
/** Offset in the header. */
const ROOT_DISPERSION_AT = 8;

/** Places of the numbers behind the header. `GROWTH_PPB`: of the root dispersion, that of the clock's promised bound. */
const SINCE_NS = 0;
const DISPERSION_NS = 1;
const GROWTH_PPB = 2;
const DELAY_NS = 3;
const SMEARED = 4;
const NUMBERS = 5;
const FILTER_AT = HEADER_OCTETS + 8 * (NUMBERS + LINEAR_TIME_NUMBERS);
const OCTETS = FILTER_AT + FILTER_OCTETS;

/**
 * The parts that all replies by one time state share: the header, and the served time as a function of the system clock. The hub publishes
 * it, and the handlers of requests read it, in whatever thread.
 */
export class ReplyState {
  readonly header: Uint8Array;
  /** The same, as words of this machine. */
  readonly headerWords: Int32Array;
  /** The served time, UTC. */
  readonly time: LinearTime;
  /** The filter of reference IDs that NTPv5 states. */
  readonly filter: Uint8Array;
  /** Root dispersion at the last `refresh`, ns. */
  rootDispersionNs = 0;
  readonly #snapshot: SharedSnapshot;
  readonly #numbers: Float64Array;

  /** `memory`: of the state that another thread publishes. */
  constructor(memory?: SharedArrayBuffer) {
    this.#snapshot = new SharedSnapshot(memory ?? OCTETS);
    const { own } = this.#snapshot;
    this.header = new Uint8Array(own, 0, HEADER_OCTETS);
    this.headerWords = new Int32Array(own, 0, HEADER_OCTETS / 4);
    this.#numbers = new Float64Array(own, HEADER_OCTETS, NUMBERS);
    this.time = new LinearTime(new Float64Array(own, HEADER_OCTETS + 8 * NUMBERS, LINEAR_TIME_NUMBERS));
    this.filter = new Uint8Array(own, FILTER_AT, FILTER_OCTETS);
  }

  get rootDelayNs(): Ns {
    return this.#numbers[DELAY_NS]!;
  }

  /** True if leap seconds are smeared. */
  get isSmeared(): boolean {
    return this.#numbers[SMEARED] === 1;
  }

  get memory(): SharedArrayBuffer {
    return this.#snapshot.memory;
  }

  /** `smear`: how leap seconds are served; undefined: as they are. `filter`: of reference IDs; absent: NTPv5 is not served. */
  publish(state: TimeState, smear?: SmearShape, filter?: Uint8Array): void {
    if (filter !== undefined) this.filter.set(filter);
    const { ntp } = state;
    const clock = state.clocks[0]!;
    const isSynchronised = ntp.stratum < STRATUM_UNSYNCHRONISED && Number.isFinite(clock.offsetNs);
    const growthPpb = state.local === true ? 0 : promisedGrowthPpb(clock, state.promise);
    const isSmeared = smear === undefined ? 0 : 1;
    this.#numbers.set([Number(clock.monotonic), ntp.rootDispersionNs, growthPpb, ntp.rootDelayNs, isSmeared]);
    const utc = HubTime.of(state, 'system', 'utc')!;
    const added = smear === undefined ? NO_SMEAR : smearAt(utc.at(clock.reading), state.leap.nearest, smear);
    this.time.set(utc, clock.reading, added);
    writeHeader(
      {
        leap: isSynchronised ? (smear === undefined ? ntp.leap : 'none') : 'unknown',
        version: 4,
        mode: MODE_SERVER,
        stratum: isSynchronised ? ntp.stratum : 0,
        pollLog2: 0,
        precisionLog2: PRECISION_LOG2,
        rootDelayNs: ntp.rootDelayNs,
        rootDispersionNs: ntp.rootDispersionNs,
        refid: isSynchronised ? refidOfText(ntp.refid) : 0,
        reference: isSynchronised ? toNtpTime(ntp.referenceTime + BigInt(Math.round(added.offsetNs))) : 0n,
        origin: 0n,
        receive: 0n,
        transmit: 0n,
      },
      this.header,
    );
    this.#snapshot.publish();
  }

  /** Reads the newest state, and writes the root dispersion at `monotonicNs`: the bound has grown since it was published. */
  refresh(monotonicNs: Ns): void {
    this.#snapshot.refresh();
    const ageS = Math.max(0, (monotonicNs - this.#numbers[SINCE_NS]!) / 1e9);
    this.rootDispersionNs = this.#numbers[DISPERSION_NS]! + ageS * this.#numbers[GROWTH_PPB]!;
    const short = toShort(this.rootDispersionNs);
    for (let i = 0; i < 4; i++) this.header[ROOT_DISPERSION_AT + i] = short >>> (24 - 8 * i);
  }
}
