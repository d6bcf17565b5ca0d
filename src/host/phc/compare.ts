import type { ClockComparison, Comparing, Instant } from '../../api/index.js';
import type { Clocks } from '../clocks.js';
import { errorName } from '../net/net-error.js';
import {
  type Bracket,
  basicArgument,
  extendedArgument,
  PTP,
  preciseArgument,
  readBasic,
  readExtended,
  readPrecise,
} from './codec.js';
import type { PhcDevice } from './device.js';
import { readFailed } from './error.js';

/** Errors of a request that the driver or the kernel does not support. */
const UNKNOWN: ReadonlySet<string> = new Set(['EOPNOTSUPP', 'ENOTSUP', 'ENOTTY', 'EINVAL', 'ENOSYS']);
/** Errors that may pass: the request is tried again. */
const PASSING: ReadonlySet<string> = new Set(['EBUSY', 'EAGAIN', 'ETIMEDOUT']);
const TRIES = 3;

type Way = (samples: number) => readonly Bracket[];

/** Compares a hardware clock with the system clock by the best request that is supported, and remembers which one that is. */
export class PhcComparer {
  readonly #device: PhcDevice;
  readonly #clocks: Clocks;
  readonly #ways: Map<Comparing, Way>;

  constructor(device: PhcDevice, clocks: Clocks, crossStamps: boolean) {
    this.#device = device;
    this.#clocks = clocks;
    const ioctl: PhcDevice['ioctl'] = (request, argument) => device.ioctl(request, argument);
    const precise: Way = () => [readPrecise(ioctl(PTP.precise, preciseArgument()))];
    this.#ways = new Map<Comparing, Way>([
      ...(crossStamps ? [['precise', precise] as const] : []),
      ['extended', (samples) => readExtended(ioctl(PTP.extended, extendedArgument(samples)))],
      ['basic', (samples) => readBasic(ioctl(PTP.basic, basicArgument(samples)))],
      ['user', (samples) => this.#fromHere(samples)],
    ]);
  }

  /** Throws `TH_CLOCK_NO_ANSWER`, `TH_CLOCK_GONE`. */
  compare(samples: number): ClockComparison & { readonly clock: Instant } {
    let failure: unknown;
    for (const [by, way] of this.#ways) {
      try {
        return this.#told(by, shortest(again(() => way(samples))));
      } catch (error) {
        failure = error;
        if (UNKNOWN.has(errorName(error))) this.#ways.delete(by);
        // A clock that does not answer in time does not answer the other requests either.
        else if (by !== 'precise' || !PASSING.has(errorName(error))) break;
      }
    }
    throw readFailed(this.#device.path, failure);
  }

  #told(by: Comparing, { before, clock, after }: Bracket): ClockComparison & { readonly clock: Instant } {
    const { realtime, raw } = this.#clocks.moment();
    const middle = before + (after - before) / 2n;
    const halfNs = Number((after - before) % 2n) / 2;
    return {
      offsetNs: Number(middle - clock) + halfNs,
      monotonic: raw - (realtime - middle),
      widthNs: Number(after - before),
      by,
      clock,
    };
  }

  #fromHere(samples: number): readonly Bracket[] {
    return Array.from({ length: Math.max(1, samples) }, () => {
      const before = this.#clocks.moment().realtime;
      const clock = this.#device.time();
      return { before, clock, after: this.#clocks.moment().realtime };
    });
  }
}

function again(read: () => readonly Bracket[]): readonly Bracket[] {
  for (let left = TRIES; ; left--) {
    try {
      return read();
    } catch (error) {
      if (left <= 1 || errorName(error) !== 'EBUSY') throw error;
    }
  }
}

/** Returns the shortest bracket. Ignores those that a step of the system clock made negative. */
function shortest(brackets: readonly Bracket[]): Bracket {
  const sound = brackets.filter(({ before, after }) => after >= before);
  const [first] = sound;
  if (first === undefined) throw Object.assign(new Error('no bracket'), { code: 'EAGAIN' });
  return sound.reduce((best, next) => (next.after - next.before < best.after - best.before ? next : best), first);
}
