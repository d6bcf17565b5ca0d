import {
  type ClockId,
  type ClockState,
  formatDuration,
  formatOffset,
  formatRate,
  type SourceReport,
  type TimeState,
} from '../../api/index.js';
import { describeHoldover, type Holdover } from '../quality/holdover.js';
import { LAST_STRATUM } from '../tracks/stratum.js';
import { list } from './sentence.js';

export interface ExplanationInputs {
  readonly state: TimeState;
  readonly holdover: Holdover | undefined;
  /** Returns the last decision about a clock, as a clause after its name. */
  readonly decision: (clock: ClockId) => string;
}

/**
 * Explains the present decision (`timehub why`) in a paragraph: the mode, the sources that carry the estimate with their
 * shares, the others with their reasons, and the forecast for holdover. Then a line for each clock.
 */
export function explain({ state, holdover, decision }: ExplanationInputs): string {
  const { mode, reason, sources, clocks } = state;
  const paragraph = [
    `The hub is ${mode}: ${reason}.`,
    ...carrying(sources.filter((source) => source.state === 'combined')),
    ...agreeing(sources.filter((source) => source.state === 'agrees')),
    ...sources.flatMap(others),
    serving(state),
    ...(holdover === undefined ? [] : [describeHoldover(holdover, mode)]),
  ];
  const lines = clocks.map((clock) =>
    Number.isFinite(clock.sigmaNs)
      ? `The clock "${clock.id}" is ${formatOffset(clock.offsetNs)} (± ${formatDuration(clock.sigmaNs)}, ` +
        `${promises(clock, sources)}), its frequency needs ${formatRate(clock.frequencyPpb)}: ${decision(clock.id)}.`
      : `Nothing is known of the clock "${clock.id}" yet.`,
  );
  return [paragraph.join(' '), ...lines].join('\n');
}

function carrying(sources: readonly SourceReport[]): readonly string[] {
  if (sources.length === 0) return [];
  if (sources.length === 1) return [`The estimate rests on ${sources[0]!.id} alone.`];
  const heaviestFirst = [...sources].sort((a, b) => b.weight - a.weight);
  return [`The estimate rests on ${list(heaviestFirst.map(({ id, weight }) => `${id} (${percent(weight)})`))}.`];
}

function agreeing(sources: readonly SourceReport[]): readonly string[] {
  if (sources.length === 0) return [];
  const ids = list(sources.map(({ id }) => id));
  return [sources.length === 1 ? `${ids} agrees with a negligible share.` : `${ids} agree with negligible shares.`];
}

/** Returns the sentence for a source that neither carries nor agrees. */
function others({ id, state, reason }: SourceReport): readonly string[] {
  if (state === 'combined' || state === 'agrees') return [];
  return [state === 'numbering' ? `${id} ${reason}.` : `${id} is ${state}: ${reason}.`];
}

/** Returns both bounds of a clock's error, each with its premise. */
function promises({ boundNs, majorityBoundNs }: ClockState, sources: readonly SourceReport[]): string {
  const carriers = sources.filter(({ state }) => state === 'combined').map(({ id }) => id);
  const premise =
    carriers.length === 0
      ? 'the last sources were right'
      : `${list(carriers)} ${carriers.length === 1 ? 'is' : 'are'} right`;
  const majority =
    majorityBoundNs === undefined || !Number.isFinite(majorityBoundNs)
      ? 'not bounded if they may be wrong'
      : `below ${formatDuration(majorityBoundNs)} whichever minority of the voters is wrong`;
  return `error below ${formatDuration(boundNs)} if ${premise}, ${majority}`;
}

/** Returns a sentence about the NTP view and the PTP view. */
function serving({ ntp, ptp, local }: TimeState): string {
  const announced = `PTP clockClass ${ptp.clockClass}`;
  if (local === true)
    return `NTP clients get the clock as it is at stratum ${ntp.stratum}, and ${announced} is announced.`;
  if (ntp.stratum > LAST_STRATUM) return `NTP clients are told that there is no time, and ${announced} is announced.`;
  const distance = formatDuration(ntp.rootDelayNs / 2 + ntp.rootDispersionNs);
  return `NTP clients get stratum ${ntp.stratum} (${ntp.refid}) with a root distance of ${distance}, and ${announced} is announced.`;
}

const percent = (weight: number): string => (weight < 0.005 ? 'below 1 %' : `${Math.round(weight * 100)} %`);
