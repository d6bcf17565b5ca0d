/** Stamps that a socket requests. */
export interface StampOptions {
  /** Request transmit stamps, reported by `onSent`. */
  readonly transmitStamps?: boolean;
  /**
   * Request stamps of the interface's hardware clock, `clock: 'phc:ptpN'`. Received packets that the hardware does not stamp
   * (general messages of PTP) have kernel stamps; a transmit stamp is of the hardware or missing. Needs `interface`.
   */
  readonly hardwareStamps?: boolean;
  /** N of `phc:ptpN`: a virtual clock of the interface, used instead of the physical one. */
  readonly hardwareClock?: number;
}
