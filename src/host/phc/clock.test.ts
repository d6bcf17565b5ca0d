import { expect } from 'chai';
import { HubError } from '../../api/index.js';
import { isConvertedLate } from '../converted-stamps.js';
import { FakeKernel, FakePhc, type FakePhcOptions } from '../testing/fake-phc.js';
import { openPhc } from './clock.js';

/** System − clock at the start of the fake. */
const OFFSET_NS = 5e9 - 37e9;

function scene(options: FakePhcOptions = {}, wishes = {}, interruptNs = 0) {
  const kernel = new FakeKernel();
  const device = new FakePhc(kernel, options);
  device.interruptNs = interruptNs;
  const clock = openPhc(device, kernel, wishes);
  const seconds = (count: number): void => {
    for (let second = 0; second < count; second++) {
      kernel.pass(1e9);
      clock.read();
    }
  };
  return { kernel, device, clock, seconds };
}

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return error instanceof HubError ? error.code : String(error);
  }
  return '';
};

describe('a PTP hardware clock', () => {
  it('says what it can do', () => {
    const { clock } = scene({ pulseInputs: 2, pulseOutputs: 1, pins: ['SDP0', 'SDP1'] });
    expect(clock.id).to.equal('phc:ptp7');
    expect(clock.facts).to.deep.equal({
      device: '/dev/ptp7',
      name: 'fake',
      maxPpb: 1_000_000,
      pulseInputs: 2,
      pulseOutputs: 1,
      pins: ['SDP0', 'SDP1'],
    });
  });

  for (const [by, options, widthNs] of [
    ['precise', { crossStamps: true }, 0],
    ['extended', {}, 300],
    ['basic', { unknown: ['extended'] }, 300],
    ['user', { unknown: ['extended', 'basic'] }, 260],
  ] as const) {
    it(`is compared with the system clock by "${by}" where that is the best, with the shortest of some brackets`, () => {
      const { clock, kernel } = scene(options);
      const comparison = clock.compare(3);
      expect(comparison).to.include({ by, widthNs });
      expect(comparison.offsetNs).to.be.closeTo(OFFSET_NS, 200);
      expect(Number(kernel.now - comparison.monotonic)).to.be.within(0, 4000);
    });
  }

  it('does not ask again for what the driver has refused', () => {
    const { clock, device } = scene({ unknown: ['extended'] });
    clock.compare();
    clock.compare();
    expect(device.requests.filter(({ request }) => request === 'extended')).to.have.length(1);
  });

  it('is bracketed when the hardware comparison fails once', () => {
    const { clock, device } = scene({ crossStamps: true });
    device.faults.set('precise', 'ETIMEDOUT');
    expect(clock.compare().by).to.equal('extended');
    device.faults.clear();
    expect(clock.compare().by).to.equal('precise');
  });

  it('that does not answer in time is an error whose hint names the cable', () => {
    const { clock, device } = scene();
    device.fault = 'ETIMEDOUT';
    expect(() => clock.compare())
      .to.throw(HubError, /ptp7 cannot be read.*carrier/)
      .with.property('code', 'TH_CLOCK_NO_ANSWER');
    expect(codeOf(() => clock.step(5))).to.equal('TH_CLOCK_NO_ANSWER');
  });

  it('that does not answer is extrapolated for half a minute, then it is an error', () => {
    const { clock, device, kernel, seconds } = scene();
    seconds(5);
    device.fault = 'ETIMEDOUT';
    seconds(29);
    expect(Number(clock.read().time - kernel.now)).to.be.finite;
    kernel.pass(4e9);
    expect(codeOf(() => clock.read())).to.equal('TH_CLOCK_NO_ANSWER');
  });

  it('that has vanished is gone at once', () => {
    const { clock, device, kernel } = scene();
    device.fault = 'ENODEV';
    kernel.pass(2e9);
    for (const work of [() => clock.compare(), () => clock.setFrequency(1), () => clock.read()])
      expect(codeOf(work)).to.equal('TH_CLOCK_GONE');
  });

  it('is closed when its capabilities cannot be read', () => {
    const kernel = new FakeKernel();
    const device = new FakePhc(kernel);
    device.fault = 'EIO';
    expect(codeOf(() => openPhc(device, kernel))).to.equal('TH_CLOCK_NO_ANSWER');
    expect(device.closed).to.equal(true);
  });

  it('is read no more often than asked, and extrapolated in between', () => {
    const { clock, device, kernel } = scene({}, { restNs: 10e9 });
    for (let second = 0; second < 30; second++) {
      kernel.pass(1e9);
      clock.read();
    }
    const before = kernel.now;
    clock.read();
    // A reading of the device would have taken time.
    expect(Number(kernel.now - before)).to.be.below(200);
    const truth = device.time();
    expect(Number(clock.read().time - truth)).to.be.within(-1000, 1000);
  });

  it('takes a frequency within its limits and tells what was set', () => {
    const { clock } = scene();
    expect(clock.setFrequency(1234.5)).to.be.closeTo(1234.5, 0.01);
    expect(clock.frequencyPpb()).to.be.closeTo(1234.5, 0.01);
    expect(clock.setFrequency(9e9)).to.equal(1_000_000);
    expect(codeOf(() => clock.setFrequency(Number.NaN))).to.equal('TH_CLOCK_SET');
  });

  it('shows no jump for drift and changes of frequency, ours or those of others', () => {
    const { clock, device, seconds } = scene();
    seconds(5);
    clock.setFrequency(400_000);
    seconds(5);
    device.steer(-700_000);
    seconds(5);
    expect(clock.phase()).to.equal(0n);
  });

  it('shows no jump for a first reading that was interrupted', () => {
    const { clock, device, seconds } = scene({}, {}, 3e6);
    device.interruptNs = 0;
    seconds(8);
    expect(clock.phase()).to.equal(0n);
  });

  it('notes when its rate or its phase has changed', () => {
    const { clock, kernel } = scene();
    const now = (): bigint => clock.read().time;
    const isLate = (time: bigint): boolean => isConvertedLate('phc:ptp7', time);
    kernel.pass(1e9);
    const before = now();
    clock.setFrequency(5000);
    expect([isLate(before - 1000n), isLate(now() + 1000n)]).to.deep.equal([true, false]);
    kernel.pass(1e9);
    const steady = now();
    clock.setFrequency(5000);
    expect(isLate(steady)).to.equal(false);
    clock.step(-1e9);
    expect([isLate(now() - 10_000n), isLate(now() + 1000n)]).to.deep.equal([true, false]);
  });

  it('shows a jump for a step by another program, and for ours', () => {
    const { clock, device, seconds } = scene();
    seconds(5);
    device.shift(200_000);
    seconds(2);
    expect(Number(clock.phase())).to.be.closeTo(200_000, 1000);
    const before = clock.phase();
    expect(clock.step(-3_000_000)).to.equal(-3_000_000);
    expect(Number(clock.phase() - before)).to.equal(-3_000_000);
    seconds(3);
    expect(Number(clock.phase() - before)).to.equal(-3_000_000);
  });

  it('steps again by the part that a step has missed', () => {
    const { clock, device, kernel } = scene();
    device.stepLossNs = 80_000;
    const before = device.time() - kernel.now;
    expect(clock.step(5e6)).to.be.closeTo(5e6, 1500);
    expect(Number(device.time() - kernel.now - before)).to.be.closeTo(5e6, 1500);
  });

  it('connects a pin to a channel and delivers stamped edges', async () => {
    const { clock, device, kernel } = scene({ pulseInputs: 2, pins: ['SDP0', 'SDP1'] });
    const edge = new Promise((resolve) => clock.pulseIn({ channel: 1, pin: 'SDP1', edge: 'rising' }, resolve));
    expect(device.requests.slice(-2).map(({ request }) => request)).to.deep.equal(['setPin', 'pulseInput']);
    const record = Buffer.alloc(32);
    const time = device.time();
    record.writeBigInt64LE(time / 1_000_000_000n, 0);
    record.writeUInt32LE(Number(time % 1_000_000_000n), 8);
    record.writeUInt32LE(1, 16);
    device.waiting = record;
    const stamp = (await edge) as { readonly time: bigint; readonly monotonic: bigint };
    expect(stamp).to.include({ clock: 'phc:ptp7', by: 'hardware', time });
    expect(Number(kernel.now - stamp.monotonic)).to.be.within(-1000, 1000);
    clock.close();
    expect(device.requests.at(-1)).to.deep.include({ request: 'pulseInputFirst' });
    expect(device.closed).to.equal(true);
  });

  it('takes the older request from drivers that cannot tell edges apart', () => {
    const { clock, device } = scene({ pulseInputs: 1, unknown: ['pulseInput'] });
    clock.pulseIn({ channel: 0, edge: 'rising' }, () => {});
    expect(device.requests.at(-1)).to.deep.include({ request: 'pulseInputFirst' });
    clock.close();
  });

  it('begins an output at a whole period and ends it with itself', () => {
    const { clock, device } = scene({ pulseOutputs: 1 });
    clock.pulseOut({ channel: 0, periodNs: 1e9, phaseNs: 250e6 });
    const argument = Buffer.from(device.requests.at(-1)!.argument);
    expect(argument.readUInt32LE(8)).to.equal(250e6);
    expect(Number(argument.readBigInt64LE(0) - device.time() / 1_000_000_000n)).to.be.within(1, 3);
    clock.close();
    expect(Buffer.from(device.requests.at(-1)!.argument).readBigInt64LE(16)).to.equal(0n);
  });

  it('says which channels and pins there are when others are asked for', () => {
    const { clock } = scene({ pulseInputs: 1, pins: ['SDP0'] });
    const input = (channel: number, pin?: string) => () => clock.pulseIn({ channel, pin, edge: 'rising' }, () => {});
    expect(input(1)).to.throw(HubError, /channels 0 to 0/);
    expect(input(0, 'SMA4')).to.throw(HubError, /there are SDP0/);
    expect(() => clock.pulseOut({ channel: 0, periodNs: 1e9 })).to.throw(HubError, /no channel of it makes pulses/);
  });
});
