import { expect } from 'chai';
import type { StepPolicy } from '../../api/index.js';
import { STEADY } from './bound-growth.js';
import type { ClockModel } from './clock-model.js';
import { Servo, type ServoSituation } from './servo.js';

const POLICY: StepPolicy = {
  thresholdNs: 100e6,
  updates: 3,
  panicNs: 1000e9,
  panicAtStart: false,
  maxSlewPpb: 200_000,
};
const S = 1_000_000_000n;
const model = (offsetNs: number, more: Partial<ClockModel> = {}): ClockModel => ({
  at: 0n,
  offsetNs,
  sigmaNs: 10,
  slopePpb: 0,
  slopeSigmaPpb: 1,
  wander: 1e-18,
  distanceNs: 0,
  ...STEADY,
  floorNs: 0,
  ...more,
});
const at = (
  offsetNs: number,
  more: Partial<ServoSituation> = {},
  changes: Partial<ClockModel> = {},
): ServoSituation => ({
  now: 10n * S,
  model: model(offsetNs, changes),
  carried: true,
  frequencyPpb: 0,
  maxPpb: 500_000,
  ...more,
});
/** A servo that a carrier has just given an observation. */
const fresh = (policy: Partial<StepPolicy> = {}): Servo => {
  const servo = new Servo({ ...POLICY, ...policy });
  servo.refresh();
  return servo;
};
/** A servo that has made its first updates; the last decision, on a new observation, was at `decidedAt`. */
const settled = (policy: Partial<StepPolicy> = {}, decidedAt = 9n * S): Servo => {
  const servo = new Servo({ ...POLICY, ...policy });
  for (let n = 0; n < 10; n++) {
    servo.refresh();
    servo.decide(at(100, { now: decidedAt }));
  }
  servo.refresh();
  return servo;
};

describe('servo', () => {
  it('steps in the first updates when the offset is above the threshold', () => {
    const decision = fresh().decide(at(500e6));
    expect(decision).to.include({ type: 'step', deltaNs: 500e6 });
    expect(decision.reason).to.include('500 ms slow');
  });

  it('cancels the slew when it steps', () => {
    const slewed = at(500e6, { frequencyPpb: 197_000 }, { slopePpb: -200_000 });
    expect(fresh().decide(slewed)).to.include({ type: 'step', frequencyPpb: -3000 });
  });

  it('slews after the first updates, and says why and how long', () => {
    const decision = settled().decide(at(500e6));
    expect(decision).to.include({ type: 'steer', frequencyPpb: 200_000 });
    expect(decision.reason).to.include('allows no step any more');
  });

  it('does not step on an estimate that may be noise', () => {
    expect(fresh().decide(at(500e6, {}, { sigmaNs: 300e6 })).type).to.equal('hold');
  });

  it('neither counts a decision without a new observation as an update nor steps then', () => {
    const servo = new Servo(POLICY);
    for (let n = 0; n < 10; n++) expect(servo.decide(at(500e6)).type).to.equal('steer');
    servo.refresh();
    expect(servo.decide(at(500e6)).type).to.equal('step');
  });

  it('waits until a step is done before it decides another', () => {
    const servo = fresh();
    servo.decide(at(500e6));
    expect(servo.decide(at(500e6, { now: 11n * S })).type).to.equal('hold');
  });

  it('leaves the clock alone beyond the panic limit, except at the first update if the policy allows a step then', () => {
    expect(settled().decide(at(2000e9)).type).to.equal('panic');
    expect(fresh().decide(at(2000e9)).type).to.equal('step');
    expect(fresh({ panicAtStart: true }).decide(at(2000e9)).type).to.equal('panic');
  });

  it('makes a slow clock run faster and removes its frequency error', () => {
    expect(settled().decide(at(3000)).type).to.equal('steer');
    expect(settled().decide(at(3000)))
      .to.have.property('frequencyPpb')
      .closeTo(2000, 1);
    expect(settled().decide(at(0, { frequencyPpb: 50 }, { slopePpb: -30 }))).to.have.property('frequencyPpb', 20);
  });

  it('never exceeds the greatest correction of the clock', () => {
    const decision = settled({ maxSlewPpb: 1e6 }).decide(at(1e9, { maxPpb: 500_000 }));
    expect(decision).to.have.property('frequencyPpb', 500_000);
  });

  it('corrects an offset that is a small part of sigma only slowly: it is noise', () => {
    const sure = settled().decide(at(1000, {}, { sigmaNs: 10 }));
    const unsure = settled().decide(at(1000, {}, { sigmaNs: 10_000 }));
    expect(sure).to.have.property('frequencyPpb').above(600);
    expect(unsure).to.have.property('frequencyPpb').below(100);
  });

  it('has a longer time constant when it decides seldom, so that a late correction does not overshoot', () => {
    const servo = settled({}, 0n);
    expect(servo.decide(at(16e3, { now: 16n * S })))
      .to.have.property('frequencyPpb')
      .closeTo(16e3 / 24, 1);
  });

  it('leaves a clock alone for a while after the host refused', () => {
    const servo = fresh();
    expect(servo.refused('no permission', 10n * S)).to.equal(true);
    expect(servo.refused('no permission', 10n * S)).to.equal(false);
    expect(servo.decide(at(500e6))).to.deep.include({
      type: 'hold',
      reason: 'the clock could not be set: no permission',
    });
    servo.refresh();
    expect(servo.decide(at(500e6, { now: 21n * S })).type).to.equal('step');
  });

  it('decides at a steady pace, whatever the number of sources', () => {
    const servo = settled({}, 10n * S);
    const dueAfter = (tenths: number): boolean => servo.isDue(10n * S + BigInt(tenths) * 100_000_000n);
    expect([dueAfter(1), dueAfter(10)]).to.deep.equal([false, true]);
    servo.decide(at(100));
    expect([dueAfter(1), dueAfter(10)]).to.deep.equal([false, true]);
  });

  it('decides on a new observation at once, also shortly after a decision without one', () => {
    const servo = settled({}, 9n * S);
    servo.decide(at(100, { now: 9n * S }));
    servo.decide(at(100, { now: 10n * S }));
    expect(servo.isDue(10n * S + 100_000_000n)).to.equal(false);
    servo.refresh();
    expect(servo.isDue(10n * S + 100_000_000n)).to.equal(true);
  });
});
