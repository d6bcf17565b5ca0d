import { expect } from 'chai';
import type { StepPolicy } from '../../api/index.js';
import type { ClockModel } from './clock-model.js';
import { createServo, decide, isDue, refused, type Servo, type ServoSituation } from './servo.js';

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
  driftPpb: 0,
  ...more,
});
const at = (
  offsetNs: number,
  more: Partial<ServoSituation> = {},
  belief: Partial<ClockModel> = {},
): ServoSituation => ({
  now: 10n * S,
  model: model(offsetNs, belief),
  carried: true,
  frequencyPpb: 0,
  maxPpb: 500_000,
  ...more,
});
const fresh = (policy: Partial<StepPolicy> = {}): Servo =>
  Object.assign(createServo({ ...POLICY, ...policy }), { fresh: true });
/** A servo past its first updates. */
const settled = (policy: Partial<StepPolicy> = {}): Servo => Object.assign(fresh(policy), { updates: 100 });

describe('servo', () => {
  it('steps at once when the offset is above the threshold and early enough', () => {
    const decision = decide(fresh(), at(500e6));
    expect(decision).to.include({ type: 'step', deltaNs: 500e6 });
    expect(decision.reason).to.include('500 ms slow');
  });

  it('takes back what it was slewing by when it steps', () => {
    const slewed = at(500e6, { frequencyPpb: 197_000 }, { slopePpb: -200_000 });
    expect(decide(fresh(), slewed)).to.include({ type: 'step', frequencyPpb: -3000 });
  });

  it('slews, and says why and how long, once the first updates are over', () => {
    const decision = decide(settled(), at(500e6));
    expect(decision).to.include({ type: 'steer', frequencyPpb: 200_000 });
    expect(decision.reason).to.include('not allowed any more');
  });

  it('does not step on an estimate that may be noise', () => {
    expect(decide(fresh(), at(500e6, {}, { sigmaNs: 300e6 })).type).to.equal('hold');
  });

  it('does not count as an update what brought nothing new, nor step on it', () => {
    const servo = createServo(POLICY);
    expect(decide(servo, at(500e6)).type).to.equal('steer');
    expect(servo.updates).to.equal(0);
  });

  it('waits for the answer before it asks for another step', () => {
    const servo = fresh();
    decide(servo, at(500e6));
    expect(decide(servo, at(500e6, { now: 11n * S })).type).to.equal('hold');
  });

  it('refuses beyond the panic limit, except for the first update when that is allowed', () => {
    expect(decide(settled(), at(2000e9)).type).to.equal('panic');
    expect(decide(fresh(), at(2000e9)).type).to.equal('step');
    expect(decide(fresh({ panicAtStart: true }), at(2000e9)).type).to.equal('panic');
  });

  it('makes a slow clock run faster and removes its frequency error', () => {
    expect(decide(settled(), at(3000)).type).to.equal('steer');
    expect(decide(settled(), at(3000)))
      .to.have.property('frequencyPpb')
      .closeTo(2000, 1);
    expect(decide(settled(), at(0, { frequencyPpb: 50 }, { slopePpb: -30 }))).to.have.property('frequencyPpb', 20);
  });

  it('never exceeds what the clock takes', () => {
    const decision = decide(settled({ maxSlewPpb: 1e6 }), at(1e9, { maxPpb: 500_000 }));
    expect(decision).to.have.property('frequencyPpb', 500_000);
  });

  it('does not chase noise: a small part of sigma is hardly corrected', () => {
    const sure = decide(settled(), at(1000, {}, { sigmaNs: 10 }));
    const unsure = decide(settled(), at(1000, {}, { sigmaNs: 10_000 }));
    expect(sure).to.have.property('frequencyPpb').above(600);
    expect(unsure).to.have.property('frequencyPpb').below(100);
  });

  it('is gentler when it decides seldom, so that a late correction does not overshoot', () => {
    const servo = settled();
    servo.decidedAt = 0n;
    expect(decide(servo, at(16e3, { now: 16n * S })))
      .to.have.property('frequencyPpb')
      .closeTo(16e3 / 24, 1);
  });

  it('leaves a clock alone for a while after the host refused', () => {
    const servo = fresh();
    expect(refused(servo, 'no permission', 10n * S)).to.equal(true);
    expect(refused(servo, 'no permission', 10n * S)).to.equal(false);
    expect(decide(servo, at(500e6))).to.deep.include({
      type: 'hold',
      reason: 'the clock could not be set: no permission',
    });
    expect(decide(Object.assign(servo, { fresh: true }), at(500e6, { now: 21n * S })).type).to.equal('step');
  });

  it('decides at a steady pace, whatever the number of sources', () => {
    const servo = settled();
    const dueAfter = (tenths: number): boolean => isDue(servo, 10n * S + BigInt(tenths) * 100_000_000n);
    servo.decidedAt = 10n * S;
    servo.heededAt = 10n * S;
    expect([dueAfter(1), dueAfter(10)]).to.deep.equal([false, true]);
    servo.fresh = false;
    expect([dueAfter(1), dueAfter(10)]).to.deep.equal([false, true]);
  });

  it('heeds something new at once, even shortly after a decision on nothing new', () => {
    const servo = settled();
    servo.decidedAt = 10n * S;
    servo.heededAt = 9n * S;
    expect(isDue(servo, 10n * S + 100_000_000n)).to.equal(true);
  });
});
