/** Satellite systems, overlays of them (SBAS) and indoor transmitters (IMES). */
export type Constellation = 'gps' | 'sbas' | 'galileo' | 'beidou' | 'imes' | 'qzss' | 'glonass' | 'navic';

/**
 * Frequency band of a signal, by the GPS signal that lies in it: L1 1559 to 1610 MHz, L2 1197 to 1254 MHz (with Galileo E5b and
 * BeiDou B2b), L5 1164 to 1192 MHz, L6 1260 to 1300 MHz, S 2484 to 2500 MHz.
 */
export type Band = 'L1' | 'L2' | 'L5' | 'L6' | 'S';

export interface SatelliteSignal {
  /** The system's own name of the signal, such as `L1 C/A`, `E5a`; undefined: not stated. */
  readonly name: string | undefined;
  readonly band: Band | undefined;
  /** Carrier to noise density, dB-Hz; undefined: not tracked. */
  readonly cn0DbHz: number | undefined;
}

/** A satellite by its system and its number there: GPS, SBAS: PRN; GLONASS: slot; the others: space vehicle. */
export interface SatelliteId {
  readonly constellation: Constellation;
  readonly id: number;
}
