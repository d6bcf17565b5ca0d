import { formatDuration, type Instant, type Mode, type Ns } from '../../api/index.js';
import type { CoreOptions } from './input.js';
import { list } from './sentence.js';

/** The facts that decide the mode. */
export interface ModeCondition {
  /** An estimate was combined once, however bad it is by now. */
  readonly known: boolean;
  /** The promised bound. */
  readonly boundNs: Ns;
  /** When the error may reach the promised bound, as the end of a clause; empty: if the carriers are right. */
  readonly premise?: string;
  /** Ids of the reachable sources that carry the estimate. */
  readonly carriers: readonly string[];
  /** Ids of the reachable sources that merely agree with them. */
  readonly witnesses: readonly string[];
  /** Why the last carriers were in a loop, so that holdover is not justified; empty if they were not. */
  readonly loop: string;
  /** Why no source carries the estimate, as a clause. */
  readonly loss: string;
  /** Steered clocks that are far from the estimate. */
  readonly slewing: readonly string[];
  /** Least error of a carrier, however long it is measured, and the id of its source. */
  readonly least: { readonly errorNs: Ns; readonly id: string } | undefined;
}

export interface ModeState {
  readonly mode: Mode;
  readonly reason: string;
  /** CLOCK_MONOTONIC_RAW. */
  readonly since: Instant;
}

/** Hysteresis: tracking ends when the bound is this many times the one that begins it. */
const HYSTERESIS = 1.5;

export const initialMode = (now: Instant): ModeState => ({
  mode: 'unsynchronised',
  reason: 'no source has been heard yet',
  since: now,
});

/** Returns the next mode. `since` changes only with the mode. */
export function nextMode(before: ModeState, condition: ModeCondition, limits: CoreOptions, now: Instant): ModeState {
  const { mode, reason } = assess(before.mode, condition, limits);
  return { mode, reason, since: mode === before.mode ? before.since : now };
}

function assess(before: Mode, condition: ModeCondition, limits: CoreOptions): { mode: Mode; reason: string } {
  const { known, boundNs, premise = '', carriers, witnesses, loop, loss, slewing, least } = condition;
  if (!known) return { mode: 'unsynchronised', reason: loss };
  if (boundNs > limits.maxErrorNs) {
    const cause = carriers.length > 0 ? `${list(carriers)} cannot do better` : loss;
    return {
      mode: 'unsynchronised',
      reason: `the error may exceed ${formatDuration(limits.maxErrorNs)}${premise}: ${cause}`,
    };
  }
  if (loop !== '') return { mode: 'unsynchronised', reason: loop };
  if (carriers.length === 0 && before === 'unsynchronised') return { mode: 'unsynchronised', reason: loss };
  if (carriers.length === 0) return { mode: 'holdover', reason: `runs on its own: ${loss}` };
  if (slewing.length > 0)
    return { mode: 'converging', reason: `${list(slewing)} is being brought to the time of ${list(carriers)}` };
  const enough = limits.trackingErrorNs * (before === 'tracking' ? HYSTERESIS : 1);
  if (boundNs > enough && least !== undefined && least.errorNs > limits.trackingErrorNs) {
    const can = `the error of ${least.id} alone may be ${formatDuration(least.errorNs)}`;
    const limit = `tracking-error is ${formatDuration(limits.trackingErrorNs)}`;
    return {
      mode: 'converging',
      reason: `${can}, and ${limit}: raise it, or add a better source than ${list(carriers)}`,
    };
  }
  if (boundNs > enough)
    return {
      mode: 'converging',
      reason: `follows ${list(carriers)}, and the error may still exceed ${formatDuration(limits.trackingErrorNs)}${premise}`,
    };
  const company = witnesses.length > 0 ? `, which ${list(witnesses)} confirm${witnesses.length === 1 ? 's' : ''}` : '';
  return { mode: 'tracking', reason: `follows ${list(carriers)}${company}` };
}
