import type { Leg, Ns } from '../../../api/index.js';

/** The direction in which an observation shows the phase: that of its leg, or `phase` for a pulse or a reading. */
export type ObservationDirection = Leg['direction'] | 'phase';

/** Outliers of one direction that follow each other and agree. */
interface OutlierRun {
  count: number;
  /** Their sum, ns. */
  sumNs: Ns;
  /** Residual of the last observation that was counted, outlier or not. */
  countedNs: Ns;
  /** Residual of the last observation, a late leg included. */
  lastNs: Ns;
  /** An observation has come since the other direction's run began. */
  isHeard: boolean;
}

/** Outliers in a row that show a change of the clock, the source or the path. */
const OUTLIERS_TO_RESET = 4;
/** The same where the other direction has been silent since the first outlier. */
const OUTLIERS_TO_RESET_ONE_WAY = 32;
/** More regular observations in a row than these end the time after a restart. */
const REGULAR_AFTER_RESTART = 8;

/** Counts the outliers of one track, and decides which part of it no longer holds. */
export class OutlierHistory {
  /** The track was restarted, and has not settled since. Written by `checkForReset`. */
  isUnsettled = false;
  private runs = emptyRuns();
  private regularCount = 0;

  /** Records an observation that is not counted: a late leg is a queue, not a change. */
  note(direction: ObservationDirection, residualNs: Ns): void {
    const run = this.runs[direction];
    run.lastNs = residualNs;
    run.isHeard = true;
  }

  count(direction: ObservationDirection, residualNs: Ns, isOutlier: boolean): void {
    const run = this.runs[direction];
    this.note(direction, residualNs);
    const continues = isOutlier && run.count > 0 && agree(residualNs, run.countedNs);
    run.sumNs = residualNs + (continues ? run.sumNs : 0);
    run.count = isOutlier ? (continues ? run.count + 1 : 1) : 0;
    run.countedNs = residualNs;
    this.regularCount = isOutlier ? 0 : this.regularCount + 1;
    if (this.regularCount > REGULAR_AFTER_RESTART) this.isUnsettled = false;
  }

  /**
   * Returns what no longer holds after an observation of this direction was counted. `delay`: both directions have become shorter.
   * `direction`: this one has.
   */
  changed(direction: ObservationDirection, isTwoWay: boolean): 'track' | 'delay' | 'direction' | undefined {
    const mine = this.runs[direction];
    if (mine.count === 0) return undefined;
    if (direction === 'phase' || !isTwoWay) return mine.count >= OUTLIERS_TO_RESET ? 'track' : undefined;
    const other = this.runs[direction === 'outbound' ? 'inbound' : 'outbound'];
    if (areBothEarly(mine, other)) return 'delay';
    if (isDirectionShorter(mine, other)) return 'direction';
    const limit = other.isHeard ? OUTLIERS_TO_RESET : OUTLIERS_TO_RESET_ONE_WAY;
    if (mine.count === 1) other.isHeard = false;
    return mine.count >= limit ? 'track' : undefined;
  }

  /** Returns the mean of the outliers of a direction that follow each other and agree, ns. */
  meanNs(direction: ObservationDirection): Ns {
    const { sumNs, count } = this.runs[direction];
    return sumNs / count;
  }

  clear(): void {
    this.runs = emptyRuns();
  }
}

function emptyRuns(): Record<ObservationDirection, OutlierRun> {
  const empty = (): OutlierRun => ({ count: 0, sumNs: 0, countedNs: 0, lastNs: 0, isHeard: true });
  return { inbound: empty(), outbound: empty(), phase: empty() };
}

/** A step stays where it is and a drift grows steadily: both keep their sign and about their size. Noise does neither. */
const agree = (residualNs: Ns, beforeNs: Ns): boolean => residualNs / beforeNs > 0.4 && residualNs / beforeNs < 2.5;

/**
 * A step of the clock makes one direction early and the other late by as much, so legs that are early in both directions
 * show a shorter path after one exchange.
 */
const areBothEarly = (mine: OutlierRun, other: OutlierRun): boolean =>
  other.count > 0 && agree(mine.countedNs, other.countedNs);

/** Legs that are early in one direction show that it is shorter if the other kept its time. */
const isDirectionShorter = (mine: OutlierRun, other: OutlierRun): boolean =>
  mine.count >= OUTLIERS_TO_RESET && other.isHeard && Math.abs(other.lastNs) < Math.abs(mine.countedNs) / 2;
