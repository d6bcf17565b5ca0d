import type { Bounds } from './cable/card.js';
import type { PairRecord } from './pair.js';

/** A line of guest/against-card.ts. Instants are counts of the guest's card, ns. Clocks are relative to that count, ns. */
interface Seen {
  readonly label: string;
  readonly counter: bigint;
  readonly minusCounter: Readonly<Record<string, bigint>>;
}

/** The grandmaster's clock − the follower's at the same moment. */
export interface Compared {
  readonly label: string;
  readonly atS: number;
  readonly offsetsNs: Readonly<Record<string, number>>;
}

/**
 * Returns the offsets of guest b's clocks from clock `master` of guest a. It needs no message between the guests: both cards
 * count the time of this machine at the same rate, and the cable knows the difference of their counts to within `doubtNs`.
 */
export function compare(record: PairRecord, master: string): readonly Compared[] {
  const apart = middle(record.bounds.a) - middle(record.bounds.b);
  const masterAt = line(parse(record.a).map(({ counter, minusCounter }) => [counter, minusCounter[master]!] as const));
  const all = parse(record.b);
  return all.map(({ label, counter, minusCounter }) => {
    const truth = masterAt(counter + apart) + apart;
    const offsets = Object.entries(minusCounter).map(([name, ahead]) => [name, Number(truth - ahead)] as const);
    return { label, atS: Number(counter - all[0]!.counter) / 1e9, offsetsNs: Object.fromEntries(offsets) };
  });
}

/** Returns the largest common error of all offsets of a run, ns. */
export const doubtNs = ({ bounds: { a, b } }: PairRecord): number => (a.most - a.least + b.most - b.least) / 2;

const middle = ({ least, most }: Bounds): bigint => BigInt(Math.round((least + most) / 2));

const parse = (log: string): readonly Seen[] =>
  // The last line may be cut off.
  [...log.matchAll(/^SEEN (\{.*\}\})$/gm)].map((match) => {
    const { label, counter, minusCounter } = JSON.parse(match[1]!) as Record<'label' | 'counter', string> & {
      readonly minusCounter: Readonly<Record<string, string>>;
    };
    const ahead = Object.entries(minusCounter).map(([name, ns]) => [name, BigInt(ns)] as const);
    return { label, counter: BigInt(counter), minusCounter: Object.fromEntries(ahead) };
  });

/** Fits a straight line by least squares: the grandmaster's clock is not steered. */
function line(points: readonly (readonly [bigint, bigint])[]): (x: bigint) => bigint {
  const [x0, y0] = points[0]!;
  const xs = points.map(([x]) => Number(x - x0));
  const ys = points.map(([, y]) => Number(y - y0));
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(xs), mean(ys)];
  const slope = mean(xs.map((x, n) => (x - mx) * (ys[n]! - my))) / mean(xs.map((x) => (x - mx) ** 2));
  return (x) => y0 + BigInt(Math.round(my + slope * (Number(x - x0) - mx)));
}
