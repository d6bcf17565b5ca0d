import type { Ns } from '../../api/index.js';
import type { Scenario } from '../scenario/schema.js';

/** The error of a wrong server, from the second at which it begins. */
export interface Lie {
  readonly source: string;
  readonly sinceS: number;
  /** Offset or step, ns; 0 if it drifts. */
  readonly offsetNs: Ns;
  readonly driftPpb: number;
}

/** Returns the lies of a scenario's servers, one for each server that is wrong at any time. */
export const liesOf = ({ server }: Scenario): readonly Lie[] =>
  server.flatMap(({ name, offset, drift, event }): readonly Lie[] => {
    if (offset !== 0 || drift !== 0) return [{ source: name, sinceS: 0, offsetNs: offset, driftPpb: drift }];
    const first = event
      .filter((one) => one['offset-step'] !== undefined || one.drift !== undefined)
      .sort((a, b) => a.at - b.at)[0];
    if (first === undefined) return [];
    const { at, drift: driftPpb = 0 } = first;
    return [{ source: name, sinceS: at / 1e9, offsetNs: first['offset-step'] ?? 0, driftPpb }];
  });
