/**
 * The independent observer: prints pairs of the processor's cycle counter and CLOCK_REALTIME, ten a second.
 *
 * A User-Mode Linux guest runs on the same processor as the machine outside, so both read the same counter. The two clocks are
 * compared on it, without a network and without the daemon under test. OpenSSL's reader in the node binary reads the counter,
 * so no compiler is needed.
 */
import koffi from 'koffi';
import { realtime } from '../../clock.js';

export interface Pair {
  readonly cycles: bigint;
  /** CLOCK_REALTIME, ns. */
  readonly time: bigint;
  /** Duration of the reading, cycles: its uncertainty. */
  readonly width: bigint;
}

const counter: () => number | bigint = koffi.load(null).func('uint64_t OPENSSL_rdtsc()');

/** Returns the narrowest of several bracketed readings. */
export function readPair(tries = 7): Pair {
  let best: Pair | undefined;
  for (let i = 0; i < tries; i++) {
    const before = BigInt(counter());
    const time = realtime();
    const width = BigInt(counter()) - before;
    if (best === undefined || width < best.width) best = { cycles: before + width / 2n, time, width };
  }
  return best!;
}

function print(seconds: number): void {
  const end = process.hrtime.bigint() + BigInt(Math.round(seconds * 1e9));
  const timer = setInterval(() => {
    const { cycles, time, width } = readPair();
    process.stdout.write(`${cycles} ${time} ${width}\n`);
    if (process.hrtime.bigint() > end) clearInterval(timer);
  }, 100);
}

if (process.argv[1] === import.meta.filename) print(Number(process.argv[2]));
