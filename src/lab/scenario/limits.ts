import { formatDuration, formatRate, type Mode, type Ns } from '../../api/index.js';
import type { Limits } from './limits-schema.js';
import type { SimulationResult } from './simulate.js';

/** Returns a sentence for each limit that a result exceeds. */
export function checkLimits(limits: Limits, result: SimulationResult): readonly string[] {
  return [
    ...atMost('rms', limits.rms, result.rmsNs),
    ...atMost('rms without the mean', limits.centred, result.centredNs),
    ...atMost('largest error', limits.max, result.maxNs),
    ...atMost('peak', limits.peak, result.peakNs),
    ...atMost('recovery', limits.recovery, inNs(result.recoveryS)),
    ...atMost('error at the end', limits.end, Math.abs(result.endNs)),
    ...atMost('bound at the end', limits.bound, result.endBoundNs),
    ...Object.entries(limits.within).flatMap(([text, limit]) =>
      atMost(`time to ${text}`, limit, inNs(result.withinS[text] ?? null)),
    ),
    ...frequency(limits, result),
    ...honesty(limits, result),
    ...steps(limits, result),
    ...modes(limits, result),
    ...sources(limits, result),
  ];
}

const inNs = (seconds: number | null): Ns | null => (seconds === null ? null : seconds * 1e9);

function atMost(what: string, limit: Ns | undefined, found: Ns | null): readonly string[] {
  if (limit === undefined || (found !== null && found <= limit)) return [];
  return [`${what}: ${found === null ? 'never' : formatDuration(found)}, limit ${formatDuration(limit)}`];
}

function frequency({ 'rms-frequency': limit }: Limits, { rmsFrequencyPpb }: SimulationResult): readonly string[] {
  if (limit === undefined || rmsFrequencyPpb <= limit) return [];
  return [`rms frequency: ${formatRate(rmsFrequencyPpb)}, limit ${formatRate(limit)}`];
}

function honesty(limits: Limits, result: SimulationResult): readonly string[] {
  const { normalisedErrorRms, centredNormalised, boundViolations, majorityBoundViolations, steadyS } = result;
  return [
    ...within('normalised error', limits.normalised, normalisedErrorRms),
    ...within('normalised error without the mean', limits['centred-normalised'], centredNormalised),
    ...outside('the bound', limits.violations, boundViolations, steadyS),
    ...outside('the majority bound', limits['majority-violations'], majorityBoundViolations, steadyS),
  ];
}

function outside(what: string, share: number | undefined, seconds: number, steadyS: number): readonly string[] {
  if (share === undefined || seconds <= share * steadyS) return [];
  return [`outside ${what}: ${seconds} of ${steadyS} s, limit ${share}`];
}

function within(what: string, range: readonly number[] | undefined, found: number | null): readonly string[] {
  if (range === undefined || (found !== null && found >= range[0]! && found <= range[1]!)) return [];
  return [`${what}: ${found?.toFixed(2) ?? 'none'}, limits ${range[0]} to ${range[1]}`];
}

const steps = ({ steps: limit }: Limits, { steps: found }: SimulationResult): readonly string[] =>
  limit === undefined || found <= limit ? [] : [`steps: ${found}, limit ${limit}`];

function modes({ mode, never, modes: wanted }: Limits, result: SimulationResult): readonly string[] {
  const told: string[] = [];
  const last = result.modes.at(-1)?.mode;
  if (mode !== undefined && !mode.includes(last as Mode))
    told.push(`mode at the end: ${last}, wanted ${mode.join(' or ')}`);
  for (const each of never) {
    const seen = result.steadyModes.includes(each);
    if (seen) told.push(`was ${each} in the steady part`);
  }
  let at = 0;
  for (const { mode: seen } of result.modes) if (seen === wanted[at]) at++;
  if (at < wanted.length)
    told.push(`modes: ${result.modes.map(({ mode: seen }) => seen).join(', ')}; wanted ${wanted.join(', ')}`);
  return told;
}

function sources({ sources: wanted }: Limits, { sources: found }: SimulationResult): readonly string[] {
  return Object.entries(wanted).flatMap(([name, states]) => {
    const source = found.find((one) => one.name === name);
    if (source !== undefined && states.includes(source.state)) return [];
    const is = source === undefined ? 'is not there' : `is ${source.state} (${source.reason})`;
    return [`${name} ${is}, wanted ${states.join(' or ')}`];
  });
}
