import { expect } from 'chai';
import fc from 'fast-check';
import { HubTime, type TimeState } from '../api/index.js';
import { LINEAR_TIME_NUMBERS, LinearTime } from './linear-time.js';

const S = 1_000_000_000n;
const instant = fc.bigInt(0n, 4_000_000_000n * S);

/** A state whose system clock has this offset and slope at this reading. */
const stateOf = (reading: bigint, offsetNs: number, slopePpb: number): TimeState =>
  ({
    clocks: [{ id: 'system', scale: 'utc', reading, offsetNs, slopePpb }],
    leap: { taiMinusUtc: 37 },
  }) as unknown as TimeState;

describe('a linear time', () => {
  it('is the hub’s time to the nanosecond, for readings within a month of the state', () => {
    fc.assert(
      fc.property(
        fc.record({ reading: instant, offsetNs: fc.double({ min: -1e15, max: 1e15, noNaN: true }) }),
        fc.double({ min: -500_000, max: 500_000, noNaN: true }),
        fc.bigInt(-30n * 86_400n * S, 30n * 86_400n * S),
        ({ reading, offsetNs }, slopePpb, elapsed) => {
          const time = HubTime.of(stateOf(reading, offsetNs, slopePpb), 'system', 'utc')!;
          const at = reading + elapsed;
          const expected = time.at(at);
          fc.pre(at >= 0n && expected >= 0n);
          const linear = new LinearTime(new Float64Array(LINEAR_TIME_NUMBERS));
          linear.set(time, reading);
          linear.at(Number(at / S), Number(at % S));
          expect(BigInt(linear.seconds) * S + BigInt(linear.ns)).to.equal(expected);
        },
      ),
    );
  });

  it('is read from numbers that another thread has set', () => {
    const numbers = new Float64Array(LINEAR_TIME_NUMBERS);
    const reader = new LinearTime(numbers);
    new LinearTime(numbers).set(HubTime.of(stateOf(5n * S, 250, 0), 'system', 'utc')!, 5n * S);
    reader.at(6, 999_999_900);
    expect([reader.seconds, reader.ns]).to.deep.equal([7, 150]);
  });
});
