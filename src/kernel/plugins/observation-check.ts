import { type Claims, HubError, type Instant, type Observation } from '../../api/index.js';

/** Refuses numbers that would make the estimator's state useless. Throws `TH_PLUGIN_OBSERVATION`. */
export function checkObservations(observations: readonly Observation[], now: Instant): void {
  for (const observation of observations) {
    const fault = faultOf(observation, now);
    if (fault !== '') throw new HubError('TH_PLUGIN_OBSERVATION', `handed over a ${observation.kind} whose ${fault}`);
  }
}

export function checkClaims(claims: Claims): void {
  for (const [name, value] of Object.entries(claims)) {
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new HubError('TH_PLUGIN_OBSERVATION', `claims a ${name} of ${value}`);
  }
}

/** Maximum difference of the present in two threads. */
const TOLERANCE_NS = 1_000_000n;

function faultOf(observation: Observation, now: Instant): string {
  if (observation.monotonic > now + TOLERANCE_NS) return 'instant lies in the future';
  if (!(observation.noiseFloorNs > 0) || !Number.isFinite(observation.noiseFloorNs))
    return `noise floor is ${observation.noiseFloorNs}`;
  switch (observation.kind) {
    case 'leg':
      return finite(observation.transitNs, 'transit');
    case 'pulse':
      return observation.periodNs > 0
        ? finite(observation.periodNs, 'period') || finite(observation.numberedOffsetNs ?? 0, 'numbered offset')
        : `period is ${observation.periodNs}`;
    case 'reading':
      return finite(observation.offsetNs, 'offset');
    case 'rate':
      return observation.noisePpb > 0
        ? finite(observation.frequencyPpb, 'frequency')
        : `noise is ${observation.noisePpb}`;
  }
}

const finite = (value: number, name: string): string => (Number.isFinite(value) ? '' : `${name} is ${value}`);
