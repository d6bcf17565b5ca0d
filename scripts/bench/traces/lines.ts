import type { Ns } from '../../../src/api/index.js';
import type { ChronyErrors } from '../clknetsim.js';
import { median, sorted } from '../figures.js';

export interface TraceRow {
  readonly seed: number;
  readonly rmsNs: Ns;
  /** RMS without the mean. */
  readonly centredNs: Ns;
  /** RMS of (error − mean) / sigma. */
  readonly normalised: number | null;
  readonly outsideS: number;
  readonly steadyS: number;
  readonly chrony?: ChronyErrors;
}

const MOST_MEDIAN_RATIO = 0.8;
const MOST_RATIO = 1;
const NORMALISED = [0.8, 1.4] as const;

export const TITLES = ['seed', 'RMS', 'centred', 'chrony RMS', 'centred', 'ratio', 'error/sigma', 'outside'];

/** Returns the cells of one run. */
export function tableLine(row: TraceRow): readonly string[] {
  const { seed, rmsNs, centredNs, normalised, outsideS, chrony } = row;
  const others =
    chrony === undefined ? ['–', '–', '–'] : [time(chrony.rmsNs), time(chrony.centredNs), ratioOf(row).toFixed(2)];
  return [`${seed}`, time(rmsNs), time(centredNs), ...others, normalised?.toFixed(2) ?? 'none', `${outsideS} s`];
}

/** Returns one line for each limit. `mostNs`: limit of the centred error. */
export function verdict(rows: readonly TraceRow[], mostNs?: Ns): readonly string[] {
  const ratios = rows.filter(({ chrony }) => chrony !== undefined).map(ratioOf);
  const normalised = sorted(rows.map((row) => row.normalised ?? Number.NaN));
  const [least, most] = [normalised[0]!, normalised.at(-1)!];
  const outsideS = rows.reduce((sum, row) => sum + row.outsideS, 0);
  const worstNs = Math.max(...rows.map(({ centredNs }) => centredNs));
  const largest = Math.max(...ratios);
  return [
    ...(ratios.length === 0
      ? []
      : [
          mark(median(ratios) < MOST_MEDIAN_RATIO, `hub / chrony: median ${median(ratios).toFixed(2)}`),
          mark(largest < MOST_RATIO, `hub / chrony: largest ${largest.toFixed(2)}`),
        ]),
    mark(
      least >= NORMALISED[0] && most <= NORMALISED[1],
      `error/sigma: ${least.toFixed(2)} … ${most.toFixed(2)}, must be ${NORMALISED.join(' … ')}`,
    ),
    mark(outsideS === 0, `outside the bound: ${outsideS} s`),
    ...(mostNs === undefined ? [] : [mark(worstNs < mostNs, `largest error ${time(worstNs)}, limit ${time(mostNs)}`)]),
  ];
}

const mark = (isMet: boolean, text: string): string => `${isMet ? ' ' : '!'} ${text}`;

const ratioOf = ({ centredNs, chrony }: TraceRow): number => centredNs / (chrony?.centredNs ?? Number.NaN);

const time = (ns: Ns): string => (ns < 1e3 ? `${ns.toFixed(1)} ns` : `${(ns / 1e3).toFixed(2)} µs`);
