import type { Instant, Ns } from '../../../api/index.js';

interface ClockControl {
  readonly at: Instant;
  /** Change of θ: negative for a forward step of the clock. */
  readonly phaseNs: Ns;
  /** Change of the slope, ns/s. */
  readonly slope: number;
}

const MOST_CONTROLS = 32;

/** The last corrections of a clock: an observation that arrives after a correction may have seen the clock before it. */
export class ControlHistory {
  private readonly controls: ClockControl[] = [];

  add(control: ClockControl): void {
    if (this.controls.length === MOST_CONTROLS) this.controls.shift();
    this.controls.push(control);
  }

  /** Returns θ at `at` − (θ now − slope now · time since `at`): what the controls since then have changed. */
  effectSince(at: Instant): Ns {
    let effectNs = 0;
    for (const control of this.controls) {
      if (control.at <= at) continue;
      effectNs += control.slope * Number(control.at - at) * 1e-9 - control.phaseNs;
    }
    return effectNs;
  }
}
