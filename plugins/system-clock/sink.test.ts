import { expect } from 'chai';
import { type ClockState, HubError, type TimeState } from 'timehub/api';
import { fakeSink } from 'timehub/testing';
import * as v from 'valibot';
import sink from './sink.js';

const clock = (offsetNs: number): ClockState => ({
  id: 'system',
  scale: 'utc',
  reading: 0n,
  monotonic: 0n,
  offsetNs,
  sigmaNs: 10,
  boundNs: 100,
  boundGrowthPpb: 1,
  slopePpb: 0,
  frequencyPpb: 0,
  frequencySigmaPpb: 1,
  steered: true,
});

/** A state of which the sink reads only the clocks. */
const stateWith = (offsetNs: number): TimeState => ({ clocks: [clock(offsetNs)] }) as unknown as TimeState;

function scene(options: object, grant: () => { reason: string } = () => ({ reason: 'is 5 µs slow: slewed' })) {
  const context = fakeSink({ id: 'system-clock.local', state: stateWith(0), grant });
  const instance = sink.create(parse(options), context);
  return { context, instance, record: context.record };
}

const parse = (options: object) =>
  v.parse(sink.config as v.GenericSchema<object, Parameters<typeof sink.create>[0]>, options);

describe('the system clock', () => {
  it('is only observed by default', async () => {
    let asked = 0;
    const { instance, record } = scene({}, () => {
      asked++;
      return { reason: '' };
    });
    await instance.start();
    expect(asked).to.equal(0);
    expect(record.health).to.deep.equal([{ state: 'ok', reason: 'observing: steer is off' }]);
    expect(instance.inspect?.()).to.include({ steering: false, offsetNs: 0 });
  });

  it('is steered by the policy that was configured', async () => {
    const { instance, context, record } = scene({
      steer: true,
      'step-threshold': '5ms',
      'step-updates': 1,
      panic: '60s',
      'max-slew': '100ppm',
    });
    await instance.start();
    expect(context.steers.get('system')).to.deep.equal({
      thresholdNs: 5e6,
      updates: 1,
      panicNs: 60e9,
      panicAtStart: false,
      maxSlewPpb: 100e3,
    });
    expect(record.health.at(-1)).to.deep.equal({ state: 'ok', reason: 'steering' });
    expect(instance.inspect?.()).to.include({ steering: true, decision: 'is 5 µs slow: slewed' });
  });

  it('may be stepped three times above 100 ms by default, always with -1', async () => {
    const usual = scene({ steer: true });
    await usual.instance.start();
    expect(usual.context.steers.get('system')).to.include({
      thresholdNs: 100e6,
      updates: 3,
      panicNs: 1000e9,
      maxSlewPpb: 500e3,
    });
    const always = scene({ steer: true, 'step-updates': -1 });
    await always.instance.start();
    expect(always.context.steers.get('system')).to.include({ updates: Number.POSITIVE_INFINITY });
  });

  for (const [code, message] of [
    ['TH_CLOCK_PERMISSION', 'this process has no CAP_SYS_TIME'],
    ['TH_CLOCK_OWNED', 'system-clock.other steers the clock "system" already'],
  ] as const) {
    it(`is observed, with the reason, when ${code}`, async () => {
      const { instance, record } = scene({ steer: true }, () => {
        throw new HubError(code, message);
      });
      await instance.start();
      expect(record.health).to.deep.equal([{ state: 'degraded', reason: `observing: ${message}` }]);
      expect(instance.inspect?.()).to.include({ steering: false });
    });
  }

  it('does not hide any other error', async () => {
    const { instance } = scene({ steer: true }, () => {
      throw new TypeError('bug');
    });
    const failure = await instance.start().catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(TypeError);
  });

  it('is left alone above the panic limit, which is reported once (D19, H4), where ntpd-rs exits', async () => {
    const decision = { reason: 'is 2000 s slow, more than the panic limit of 1000 s: left alone' };
    const { instance, context, record } = scene({ steer: true }, () => decision);
    await instance.start();
    for (let k = 0; k < 3; k++) context.publish(stateWith(2000e9));
    expect(record.health.slice(1)).to.deep.equal([{ state: 'degraded', reason: `the clock ${decision.reason}` }]);
    context.publish(stateWith(5e3));
    expect(record.health.at(-1)).to.deep.equal({ state: 'ok', reason: 'steering' });
  });

  it('is released with stop', async () => {
    const { instance, context } = scene({ steer: true });
    await instance.start();
    await instance.stop();
    expect(context.steers.get('system')).to.equal(undefined);
    await instance.stop();
  });
});
