import { type Instant, type Ns, promisedGrowthPpb, type TimeState } from 'timehub/api';
import {
  HEADER_OCTETS,
  MODE_SERVER,
  refidOfText,
  STRATUM_UNSYNCHRONISED,
  toNtpTime,
  toShort,
  writeHeader,
} from 'timehub/protocol/ntp';

/** About 1 µs: the precision of a corrected kernel stamp. */
const PRECISION_LOG2 = -20;
/** Offset in the header. */
const ROOT_DISPERSION_AT = 8;

/** The part of the header that all replies by one time state share. */
export class ReplyHeader {
  readonly octets = new Uint8Array(HEADER_OCTETS);
  readonly #since: Instant;
  readonly #dispersionNs: Ns;
  /** Growth of the root dispersion, ns/s: that of the system clock's promised bound. */
  readonly #growthPpb: number;

  constructor(state: TimeState) {
    const { ntp } = state;
    const clock = state.clocks[0]!;
    const isSynchronised = ntp.stratum < STRATUM_UNSYNCHRONISED && Number.isFinite(clock.offsetNs);
    this.#since = clock.monotonic;
    this.#dispersionNs = ntp.rootDispersionNs;
    this.#growthPpb = state.local === true ? 0 : promisedGrowthPpb(clock, state.promise);
    writeHeader(
      {
        leap: isSynchronised ? ntp.leap : 'unknown',
        version: 4,
        mode: MODE_SERVER,
        stratum: isSynchronised ? ntp.stratum : 0,
        pollLog2: 0,
        precisionLog2: PRECISION_LOG2,
        rootDelayNs: ntp.rootDelayNs,
        rootDispersionNs: ntp.rootDispersionNs,
        refid: isSynchronised ? refidOfText(ntp.refid) : 0,
        reference: isSynchronised ? toNtpTime(ntp.referenceTime) : 0n,
        origin: 0n,
        receive: 0n,
        transmit: 0n,
      },
      this.octets,
    );
  }

  /** Writes the root dispersion at `monotonic`: the bound has grown since the state was published. */
  setRootDispersion(monotonic: Instant): void {
    const ageS = Math.max(0, Number(monotonic - this.#since) / 1e9);
    const short = toShort(this.#dispersionNs + ageS * this.#growthPpb);
    for (let i = 0; i < 4; i++) this.octets[ROOT_DISPERSION_AT + i] = short >>> (24 - 8 * i);
  }
}
