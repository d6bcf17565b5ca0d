import type { Explanations } from './explanation.js';

/** A clock or the leap-second table. */
export const CLOCKS: Explanations = {
  TH_CLOCK_CONFLICT: {
    cause: 'Another program changes the frequency of a clock that the hub steers.',
    effect: 'Both pull at the clock; the hub takes what the other has set into account and sets its own again.',
    remedy: 'End the other program (ptp4l, phc2sys, ts2phc, chronyd), or set steer = false here.',
  },
  TH_CLOCK_GONE: {
    cause: 'The device of a hardware clock has vanished: its driver was unloaded or its card pulled out.',
    effect: 'What uses it fails and is tried again with back-off; all other clocks go on.',
    remedy: 'Bring the device back, or remove what uses it from the configuration.',
  },
  TH_CLOCK_LEAP_EXPIRED: {
    cause: 'The list of leap seconds is past the date until which it is valid.',
    effect: 'TAI and a coming leap second rest on what sources say; UTC from agreeing sources is not harmed.',
    remedy: 'Update the package tzdata, which brings a new list twice a year.',
  },
  TH_CLOCK_LEAP_TABLE: {
    cause: 'The list of leap seconds could not be read.',
    effect: 'The list that is built into the hub is used, which may be older.',
    remedy: 'Repair the file that the message names, most often by installing the package tzdata again.',
  },
  TH_CLOCK_NO_ANSWER: {
    cause: 'A hardware clock cannot be read at the moment; some stand still while their interface has no carrier.',
    effect: 'It is not compared with other clocks; what is known of it runs on with a growing bound.',
    remedy: 'Check the cable of its interface, and the kernel log for messages of its driver.',
  },
  TH_CLOCK_OPEN: {
    cause: 'The device of a hardware clock cannot be opened.',
    effect: 'The instance that wants it does not start and is tried again.',
    remedy: 'Let the user of the hub open it, by a udev rule for SUBSYSTEM=="ptp" with GROUP and MODE="0660".',
  },
  TH_CLOCK_OWNED: {
    cause: 'Another sink of this hub steers that clock already.',
    effect: 'The sink only observes the clock.',
    remedy: 'Keep one sink with steer = true a clock.',
  },
  TH_CLOCK_PANIC: {
    cause: 'The clock is further off than the panic limit allows to correct.',
    effect: 'The clock is left alone and goes on being watched.',
    remedy: 'Find out who is wrong, the clock or the sources; then set the clock by hand or raise panic.',
  },
  TH_CLOCK_PERMISSION: {
    cause: 'The process lacks the privilege to set clocks (CAP_SYS_TIME).',
    effect: 'The clock is only observed; the sinks serve corrected time all the same.',
    remedy: 'Run it as a service with AmbientCapabilities=CAP_SYS_TIME, or leave steer = false.',
  },
  TH_CLOCK_PULSE: {
    cause: 'A channel or pin of a hardware clock does not stamp or make pulses as configured.',
    effect: 'The instance does not start and is tried again.',
    remedy: 'Compare channel, pin and edge with what timehub show lists for the clock; end other users of the channel.',
  },
  TH_CLOCK_SET: {
    cause: 'The kernel refused to set or steer the clock, or would: no clock is set to a time before 1970.',
    effect: 'The clock keeps running as it did; the hub tries again with the next correction.',
    remedy:
      'Read the reason in the message; another program that steers the clock is the usual suspect, or a source without the date.',
  },
  TH_CLOCK_TAI_DISAGREES: {
    cause: 'A source states another difference of TAI and UTC than the list of leap seconds.',
    effect: 'The list is followed, the source is named in the events.',
    remedy: "Update tzdata; if it is up to date, the source's own list of leap seconds is old.",
  },
  TH_CLOCK_UNKNOWN: {
    cause: 'A plugin or the configuration names a clock that this machine does not have.',
    effect: 'The instance that wants it does not run.',
    remedy: 'Use system, or phc: and an interface that has a PTP hardware clock.',
  },
};
