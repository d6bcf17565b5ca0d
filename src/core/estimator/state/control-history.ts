import type { Instant, Ns } from '../../../api/index.js';

interface ClockControl {
  readonly at: Instant;
  /** Of θ: a step forwards of the clock is negative. */
  readonly phaseNs: Ns;
  /** Of the slope, ns/s. */
  readonly slope: number;
}

const MOST_CONTROLS = 32;

/** What was done to a clock lately: an observation that arrives after a correction saw the clock before it. */
export class ControlHistory {
  private readonly ring: ClockControl[] = [];

  add(control: ClockControl): void {
    if (this.ring.length === MOST_CONTROLS) this.ring.shift();
    this.ring.push(control);
  }

  /** θ at `at` − (θ now − slope now · the time since). */
  effectSince(at: Instant): Ns {
    let difference = 0;
    for (const control of this.ring) {
      if (control.at <= at) continue;
      difference += control.slope * Number(control.at - at) * 1e-9 - control.phaseNs;
    }
    return difference;
  }
}
