/** Which stamps a socket asks for. */
export interface StampOptions {
  /** Ask for transmit stamps, delivered to `onSent`. */
  readonly transmitStamps?: boolean;
  /**
   * Stamps by the interface's hardware clock, `clock: 'phc:ptpN'`. What the hardware does not stamp on receipt (general
   * messages of PTP) carries the kernel's stamp; a transmit stamp is the hardware's or none. Needs `interface`.
   */
  readonly hardwareStamps?: boolean;
  /** N of `phc:ptpN`: a virtual clock of that interface, to stamp by instead of the physical one. */
  readonly hardwareClock?: number;
}
