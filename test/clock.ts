import koffi from 'koffi';

const CLOCK_REALTIME = 0;
const clockGettime: (id: number, into: BigInt64Array) => number = koffi
  .load(null)
  .func('int clock_gettime(int, void*)');
const timespec = new BigInt64Array(2);

/** Returns CLOCK_REALTIME, ns since 1970. Date and performance are less exact. */
export function realtime(): bigint {
  clockGettime(CLOCK_REALTIME, timespec);
  return timespec[0]! * 1_000_000_000n + timespec[1]!;
}
