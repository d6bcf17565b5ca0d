import { expect } from 'chai';
import type { ClockId, TimeState } from '../../api/index.js';
import type { Engine } from '../engine/engine.js';
import { createEngine } from '../engine/engine.js';
import type { Input } from '../engine/input.js';
import { createEstimator } from '../estimator/index.js';
import { EMBEDDED_LEAP_TABLE } from '../leap/leap-seconds.js';
import type { SavedState } from '../persistence/saved-state.js';
import { CORE_OPTIONS } from '../testing/closed-loop.js';

type Untimed<T> = T extends unknown ? Omit<T, 'monotonic'> : never;

const CARD: ClockId = 'phc:ptp0';
const START = 5_000_000_000n;
const S = 1_000_000_000n;
const TAI_MINUS_UTC_NS = 37e9;
const UTC = 1_767_225_600n * S;

/** A machine whose card receives a grandmaster and is compared with the system clock; its oscillator is 3 ppm slow. */
class Machine {
  readonly engine: Engine = createEngine(CORE_OPTIONS, createEstimator(), EMBEDDED_LEAP_TABLE);
  cardNs = 5e6;
  systemNs = 1e6;
  now = START;

  constructor() {
    this.accept({ type: 'clock', clock: 'system', frequencyPpb: 0, maxPpb: 500_000 });
  }

  accept(input: Untimed<Input>): void {
    this.engine.accept({ ...input, monotonic: this.now } as Input);
  }

  card(): void {
    this.accept({ type: 'clock', clock: CARD, frequencyPpb: 0, maxPpb: 500_000 });
  }

  run(seconds: number, hears: boolean): void {
    for (let second = 0; second < seconds; second++) {
      this.now += S;
      this.cardNs += 3000;
      const common = {
        kind: 'reading',
        clock: CARD,
        monotonic: this.now,
        stamp: 'hardware',
        noiseFloorNs: 10,
      } as const;
      if (hears) {
        const heard = { ...common, offsetNs: this.cardNs, noiseNs: 10, scale: 'tai' } as const;
        const compared = {
          ...common,
          offsetNs: this.cardNs - this.systemNs - TAI_MINUS_UTC_NS,
          noiseNs: 10,
          versus: 'system',
        } as const;
        this.accept({ type: 'report', id: 'ptp.up', observations: [heard] });
        this.accept({ type: 'report', id: 'phc.card', observations: [compared] });
      }
      this.accept({
        type: 'tick',
        stamps: [{ clock: 'system', time: UTC + this.now, monotonic: this.now, by: 'user' }],
      });
    }
  }

  state(): TimeState {
    return this.engine.state([]);
  }

  offsetOf(id: ClockId): number | undefined {
    return this.state().clocks.find((clock) => clock.id === id)?.offsetNs;
  }
}

function lost(): Machine {
  const machine = new Machine();
  machine.card();
  machine.run(30, true);
  machine.accept({ type: 'clock-gone', clock: CARD });
  return machine;
}

describe('a clock that is gone', () => {
  it('is removed with the tracks that it measured, and the others keep the time that they had from it', () => {
    const machine = new Machine();
    machine.card();
    machine.run(30, true);
    expect(machine.offsetOf(CARD)).to.be.closeTo(machine.cardNs, 30);
    machine.accept({ type: 'clock-gone', clock: CARD });
    expect(machine.state().clocks.map(({ id }) => id)).to.deep.equal(['system']);
    expect(machine.state().mode).to.equal('holdover');
    machine.run(10, false);
    expect(machine.offsetOf('system')).to.be.closeTo(1e6, 1000);
    expect(machine.state().sources.map(({ reason }) => reason)).to.deep.equal(
      Array(2).fill('nothing heard from it yet'),
    );
  });

  it('counts as another clock when it is back', () => {
    const machine = lost();
    machine.run(10, false);
    machine.cardNs = -86_400e9;
    machine.card();
    expect(machine.state().clocks.at(-1)).to.deep.include({ id: CARD, sigmaNs: Number.POSITIVE_INFINITY });
    machine.run(10, true);
    expect(machine.offsetOf(CARD)).to.be.closeTo(machine.cardNs, 100);
    expect(machine.offsetOf('system')).to.be.closeTo(1e6, 100);
    expect(machine.state().mode).to.equal('tracking');
  });

  it('gives no observation any more: a late stamp is dropped', () => {
    const machine = lost();
    machine.run(3, true);
    expect(machine.state().clocks.map(({ id }) => id)).to.deep.equal(['system']);
    expect(machine.state().mode).to.equal('holdover');
  });

  it('is never the system clock', () => {
    const machine = lost();
    machine.accept({ type: 'clock-gone', clock: 'system' });
    expect(machine.offsetOf('system')).to.be.closeTo(1e6, 1000);
  });
});

describe('the rate of a clock that comes and goes', () => {
  const rateOf = (memory: SavedState | undefined) => memory!.clocks.find(({ clock }) => clock === CARD)?.frequencyPpb;

  it('is saved although the clock is gone at the end', () => {
    const machine = lost();
    machine.run(10, false);
    expect(rateOf(machine.engine.savedState())).to.be.closeTo(3000, 20);
  });

  it('is restored to a clock that appears later than the saved state, and saved again if it never appears', () => {
    const memory = lost().engine.savedState()!;
    const machine = new Machine();
    machine.accept({ type: 'memory', ...memory });
    machine.card();
    const policy = { thresholdNs: 1e9, updates: 3, panicNs: 1e12, panicAtStart: false, maxSlewPpb: 500_000 };
    const actions = machine.engine.accept({ type: 'discipline', clock: CARD, policy, monotonic: machine.now });
    expect(actions[0]).to.deep.include({ type: 'steer', clock: CARD });
    expect(actions[0]?.type === 'steer' && actions[0].frequencyPpb).to.be.closeTo(3000, 20);
    machine.run(4, true);
    expect(machine.state().clocks.at(-1)!.frequencySigmaPpb).to.be.below(100);
  });
});
