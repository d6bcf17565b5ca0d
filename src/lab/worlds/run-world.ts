import type { Ns, SourceReport } from '../../api/index.js';
import type { Catalogue } from '../../kernel/plugins/catalogue.js';
import type { Scenario } from '../scenario/schema.js';
import { simulate } from '../scenario/simulate.js';
import { idealDetectionS } from './ideal-detector.js';
import { type Lie, liesOf } from './lies.js';
import { unseenStepTest } from './unseen-steps.js';

/** A source with a larger share of the combined estimate carries it. */
const CARRIES = 0.01;

/** The result of one world. Seconds are those of the steady part. */
export interface WorldResult {
  readonly steadyS: number;
  /** Seconds in which truth was outside the bound. */
  readonly outsideS: number;
  /** Those of them right after a step of the clock that no observation can have shown yet. */
  readonly unseenS: number;
  /** Those of them in which no wrong server carried, without the unseen ones. */
  readonly unexplainedS: number;
  /** Seconds in which truth was outside the majority bound. */
  readonly outsideMajorityS: number;
  /** Seconds without a majority, and so without a majority bound. */
  readonly noMajorityS: number;
  readonly rmsNs: Ns;
  readonly maxNs: Ns;
  readonly normalised: number | null;
  readonly liars: readonly LiarResult[];
  readonly cpuMs: number;
}

export interface LiarResult extends Lie {
  /** Seconds outside the bound while this server lied and carried. */
  readonly outsideS: number;
  /** Seconds that an ideal detector would need; undefined if it cannot see the lie. */
  readonly idealS?: number | undefined;
  /** Seconds in which it lied and carried, steady part or not. */
  readonly carriedS: number;
}

/** Runs a world and relates the seconds outside the bound to the wrong servers that carried. */
export async function runWorld(
  scenario: Scenario,
  options: { readonly seed: number; readonly catalogue: Catalogue; readonly version: string },
): Promise<WorldResult> {
  const lies = liesOf(scenario);
  const outside = lies.map(() => 0);
  const carried = lies.map(() => 0);
  const steadyFromS = Math.max(1, Math.ceil(scenario['steady-from'] / 1e9));
  const isUnseen = unseenStepTest(scenario);
  let unseenS = 0;
  let unexplainedS = 0;
  let noMajorityS = 0;
  const result = await simulate(scenario, {
    ...options,
    onSecond: (second, { sources }, { surpriseNs, boundNs, majorityBoundNs }) => {
      const isSteady = second >= steadyFromS;
      const isOutside = isSteady && Math.abs(surpriseNs) > boundNs;
      if (isSteady && !Number.isFinite(majorityBoundNs)) noMajorityS++;
      const carriers = carriersAmong(lies, second, sources);
      for (const index of carriers) {
        carried[index]!++;
        if (isOutside) outside[index]!++;
      }
      if (!isOutside || carriers.length > 0) return;
      if (isUnseen(second)) unseenS++;
      else unexplainedS++;
    },
  });
  return {
    steadyS: result.steadyS,
    outsideS: result.boundViolations,
    unseenS,
    unexplainedS,
    outsideMajorityS: result.majorityBoundViolations,
    noMajorityS,
    rmsNs: result.rmsNs,
    maxNs: result.maxNs,
    normalised: result.normalisedErrorRms,
    liars: lies.map((lie, index) => ({
      ...lie,
      outsideS: outside[index]!,
      idealS: idealDetectionS(scenario, lie),
      carriedS: carried[index]!,
    })),
    cpuMs: result.cpuMs,
  };
}

/** Returns the indices of the lies that have begun and whose source carries. */
function carriersAmong(lies: readonly Lie[], second: number, sources: readonly SourceReport[]): readonly number[] {
  const carriers: number[] = [];
  for (const [index, { source, sinceS }] of lies.entries()) {
    if (second < sinceS) continue;
    if (sources.some(({ id, weight }) => weight > CARRIES && nameOf(id) === source)) carriers.push(index);
  }
  return carriers;
}

/** Returns the scenario's name of a source: the last part of its id. */
const nameOf = (id: string): string => id.slice(id.lastIndexOf('.') + 1);
