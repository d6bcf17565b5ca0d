import type { Explanations } from './explanation.js';

/** Clocks and the leap-second list. */
export const CLOCKS: Explanations = {
  TH_CLOCK_CONFLICT: {
    cause: 'Another program changes the frequency of a clock that the hub steers.',
    effect: 'Both programs steer the clock. The hub takes the change into account and sets its own frequency again.',
    remedy: 'End the other program (ptp4l, phc2sys, ts2phc, chronyd), or set steer = false here.',
  },
  TH_CLOCK_GONE: {
    cause: 'The device of a hardware clock has vanished: its driver was unloaded or its card pulled out.',
    effect: 'Sources and sinks that use it fail and are retried with back-off; other clocks are not affected.',
    remedy: 'Restore the device, or remove the sources and sinks that use it from the configuration.',
  },
  TH_CLOCK_LEAP_EXPIRED: {
    cause: 'The list of leap seconds has expired.',
    effect: 'TAI and coming leap seconds depend on the sources. UTC from agreeing sources is not affected.',
    remedy: 'Update the package tzdata, which has a new list twice a year.',
  },
  TH_CLOCK_LEAP_TABLE: {
    cause: 'The list of leap seconds could not be read.',
    effect: 'The hub uses its built-in list, which may be older.',
    remedy: 'Repair the file that the message names; reinstalling the package tzdata usually does.',
  },
  TH_CLOCK_NO_ANSWER: {
    cause: 'A hardware clock cannot be read at the moment. Some stop while their interface has no carrier.',
    effect: 'The clock is not compared with other clocks; its estimate runs on with a growing bound.',
    remedy: 'Check the cable of its interface and the kernel log of its driver.',
  },
  TH_CLOCK_OPEN: {
    cause: 'The device of a hardware clock cannot be opened.',
    effect: 'The source or sink that needs it does not start and is retried.',
    remedy: 'Give the user of the hub access with a udev rule for SUBSYSTEM=="ptp" with GROUP and MODE="0660".',
  },
  TH_CLOCK_OWNED: {
    cause: 'Another sink of this hub already steers that clock.',
    effect: 'The sink only observes the clock.',
    remedy: 'Set steer = true in only one sink for each clock.',
  },
  TH_CLOCK_PANIC: {
    cause: 'The offset of the clock is above the panic limit.',
    effect: 'The clock is not corrected, only observed.',
    remedy: 'Find out whether the clock or the sources are wrong; then set the clock by hand or raise panic.',
  },
  TH_CLOCK_PERMISSION: {
    cause: 'The process lacks the privilege to set clocks (CAP_SYS_TIME).',
    effect: 'The clock is only observed; sinks still serve corrected time.',
    remedy: 'Add AmbientCapabilities=CAP_SYS_TIME to the systemd unit, or set steer = false.',
  },
  TH_CLOCK_PULSE: {
    cause: 'A channel or pin of a hardware clock cannot stamp or make pulses as configured.',
    effect: 'The source or sink does not start and is retried.',
    remedy:
      'Compare channel, pin and edge with the list of timehub show, and stop other programs that use the channel.',
  },
  TH_CLOCK_SET: {
    cause: 'The kernel refused to set or steer the clock, or the hub did: it never sets a clock to a time before 1970.',
    effect: 'The clock is unchanged; the hub tries again with the next correction.',
    remedy:
      'Read the reason in the message. Usual causes are another program that steers the clock, or a source without a date.',
  },
  TH_CLOCK_TAI_DISAGREES: {
    cause: 'A source states a TAI − UTC that differs from the list of leap seconds.',
    effect: 'The hub follows the list, and an event names the source.',
    remedy: "Update tzdata. If it is up to date, the source's list of leap seconds is old.",
  },
  TH_CLOCK_UNKNOWN: {
    cause: 'A plugin or the configuration names a clock that this machine does not have.',
    effect: 'The source or sink that needs it does not run.',
    remedy: 'Use "system", or "phc:" and an interface that has a PTP hardware clock.',
  },
};
