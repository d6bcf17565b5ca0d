/** Turns the recordings of a folder into files that the lab replays. The recordings themselves are not part of the project. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const NTP_DELAYS = 'nist1-oneway.csv';
export const BRIDGE_DELAYS = 'tsn-cross900mbps.csv';
const LOOP_STATISTICS = 'osc-pc-loopstats.csv';

/**
 * Writes the frequency errors of a crystal, s/s, one a second, and returns the file's path. The loop statistics of the program that
 * disciplined it have the time, s, and the correction in force, ppm: the crystal is off by its reverse.
 */
export function writeFrequencies(recordings: string, to: string): string {
  const rows = readFileSync(join(recordings, LOOP_STATISTICS), 'utf8').trimEnd().split('\n').slice(1);
  const points = rows.map((row) => row.split(',').map(Number)).map(([s, , ppm]) => ({ s: s!, ppm: ppm! }));
  const path = join(to, 'frequencies.csv');
  writeFileSync(
    path,
    `${everySecond(points)
      .map(({ ppm }) => (-ppm * 1e-6).toExponential(9))
      .join('\n')}\n`,
  );
  return path;
}

/** Returns for each second the last point at or before it. */
export function everySecond<P extends { readonly s: number }>(points: readonly P[]): readonly P[] {
  const from = points[0]!.s;
  const seconds = Math.floor(points.at(-1)!.s - from);
  let index = 0;
  return Array.from({ length: seconds }, (_, second) => {
    while (points[index + 1] !== undefined && points[index + 1]!.s <= from + second) index++;
    return points[index]!;
  });
}
