import { formatDuration, type Instant, type Mode, type Ns } from '../../api/index.js';
import type { CoreOptions } from './input.js';
import { list } from './sentence.js';

/** What the mode depends on. */
export interface ModeCondition {
  /** The time is known, however badly: something was combined once. */
  readonly known: boolean;
  readonly boundNs: Ns;
  /** Living sources that carry the estimate. */
  readonly carriers: readonly string[];
  /** Living sources that agree with them. */
  readonly witnesses: readonly string[];
  /** Why holdover would go on with a time that came round in a loop; empty: it would not. */
  readonly loop: string;
  /** Why none does; a sentence without its subject. */
  readonly loss: string;
  /** Steered clocks that are still being brought to the estimate. */
  readonly slewing: readonly string[];
  /** Least error that a carrier can vouch for however long it is measured, and the id of its source. */
  readonly least: { readonly errorNs: Ns; readonly id: string } | undefined;
}

export interface ModeState {
  readonly mode: Mode;
  readonly reason: string;
  /** CLOCK_MONOTONIC_RAW. */
  readonly since: Instant;
}

/** Tracking is left only when the bound is this much above what enters it. */
const RELUCTANCE = 1.5;

export const initialMode = (now: Instant): ModeState => ({
  mode: 'unsynchronised',
  reason: 'no source has been heard yet',
  since: now,
});

/** The mode that follows. `since` moves only when the mode changes. */
export function nextMode(before: ModeState, condition: ModeCondition, limits: CoreOptions, now: Instant): ModeState {
  const { mode, reason } = assess(before.mode, condition, limits);
  return { mode, reason, since: mode === before.mode ? before.since : now };
}

function assess(before: Mode, condition: ModeCondition, limits: CoreOptions): { mode: Mode; reason: string } {
  const { known, boundNs, carriers, witnesses, loop, loss, slewing, least } = condition;
  if (!known) return { mode: 'unsynchronised', reason: loss };
  if (boundNs > limits.maxErrorNs) {
    const cause = carriers.length > 0 ? `${list(carriers)} cannot do better` : loss;
    return { mode: 'unsynchronised', reason: `the error may exceed ${formatDuration(limits.maxErrorNs)}: ${cause}` };
  }
  if (loop !== '') return { mode: 'unsynchronised', reason: loop };
  if (carriers.length === 0 && before === 'unsynchronised') return { mode: 'unsynchronised', reason: loss };
  if (carriers.length === 0) return { mode: 'holdover', reason: `runs on its own: ${loss}` };
  if (slewing.length > 0)
    return { mode: 'converging', reason: `${list(slewing)} is being brought to the time of ${list(carriers)}` };
  const enough = limits.trackingErrorNs * (before === 'tracking' ? RELUCTANCE : 1);
  if (boundNs > enough && least !== undefined && least.errorNs > limits.trackingErrorNs) {
    const can = `${least.id} vouches for ${formatDuration(least.errorNs)} at best`;
    const limit = `tracking-error is ${formatDuration(limits.trackingErrorNs)}`;
    return {
      mode: 'converging',
      reason: `${can}, and ${limit}: raise it, or add a better source than ${list(carriers)}`,
    };
  }
  if (boundNs > enough)
    return {
      mode: 'converging',
      reason: `the error may still exceed ${formatDuration(limits.trackingErrorNs)}, following ${list(carriers)}`,
    };
  const company = witnesses.length > 0 ? `, which ${list(witnesses)} confirm${witnesses.length === 1 ? 's' : ''}` : '';
  return { mode: 'tracking', reason: `follows ${list(carriers)}${company}` };
}
