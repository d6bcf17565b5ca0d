import { expect } from 'chai';
import { HubError } from '../../api/index.js';
import { createLabHost, type LabClockSetting } from '../host.js';
import { createRandom } from '../random.js';
import { LabOscillator } from './oscillator.js';

const S = 1e9;

describe('a simulated oscillator', () => {
  it('counts at its frequency', () => {
    const oscillator = new LabOscillator({ frequencyPpb: 10_000 }, createRandom(1));
    expect(oscillator.phaseNs(100 * S)).to.be.closeTo(1e6, 1e-3);
    oscillator.stepFrequency(-5000, 100.5 * S);
    expect(oscillator.phaseNs(200.5 * S)).to.be.closeTo(1e6 + 0.5 * 10_000 + 100 * 5000, 1e-3);
  });

  it('wanders by a normal step each second', () => {
    const ends = Array.from({ length: 300 }, (_, seed) =>
      new LabOscillator({ wander: 1e-9 }, createRandom(seed)).frequencyPpb(100 * S),
    );
    const rms = Math.sqrt(ends.reduce((sum, ppb) => sum + ppb ** 2, 0) / ends.length);
    expect(rms).to.be.closeTo(10, 1);
  });

  it('follows the temperature', () => {
    const oscillator = new LabOscillator({ sine: { amplitudePpb: 500, periodS: 86_400 } }, createRandom(1));
    expect(oscillator.frequencyPpb(21_600 * S)).to.be.closeTo(500, 0.1);
    // The integral over half a period: amplitude · period / π.
    expect(oscillator.phaseNs(43_200 * S)).to.be.closeTo((500 * 86_400) / Math.PI, 10);
  });

  it('replays recorded frequencies from a drawn second on, and draws its wander as without them', () => {
    const trace = Float64Array.from({ length: 1000 }, (_, i) => i * 1e-9);
    const starts = [1, 2].map((seed) => {
      const oscillator = new LabOscillator({ frequencyPpb: 5000, trace }, createRandom(seed));
      const first = oscillator.frequencyPpb(0) - 5000;
      for (const second of [1, 500, 999, 1000])
        expect(oscillator.frequencyPpb(second * S)).to.be.closeTo(5000 + ((first + second) % 1000), 1e-6);
      return first;
    });
    expect(starts[0]).not.to.equal(starts[1]);
    const wandering = (options: object) =>
      new LabOscillator({ wander: 1e-9, ...options }, createRandom(1)).phaseNs(99 * S);
    expect(wandering({ trace: new Float64Array(7) })).to.equal(wandering({}));
  });
});

describe('a simulated clock', () => {
  const host = (clock: LabClockSetting) => createLabHost({ clock });

  it('starts with its offset and drifts with its oscillator', async () => {
    const lab = host({ offsetNs: 10e6, frequencyPpb: 10_000 });
    expect(lab.errorNs('system')).to.equal(10e6);
    expect(lab.clocks[0].read().time).to.equal(lab.trueTime() - 10_000_000n);
    await lab.run(100 * S);
    expect(lab.errorNs('system')).to.be.closeTo(9e6, 1e-3);
    expect(Number(lab.monotonic())).to.equal(3600 * S + 100 * S + 1e6);
  });

  it('follows a frequency correction at once, rounded as in the kernel', async () => {
    const lab = host({ frequencyPpb: 10_000 });
    await lab.run(50 * S);
    const set = lab.clocks[0].setFrequency(-10_000);
    expect(set).to.be.closeTo(-10_000, 1 / 131);
    expect(lab.errorNs('system')).to.be.closeTo(-0.5e6, 1e-3);
    await lab.run(150 * S);
    expect(lab.errorNs('system')).to.be.closeTo(-0.5e6, 20);
    expect(lab.clocks[0].setFrequency(9e9)).to.equal(500_000);
  });

  it('steps at once, and its phase shows the step', async () => {
    const lab = host({ offsetNs: 10e6, frequencyPpb: 10_000 });
    const before = lab.clocks[0].phase();
    await lab.run(10 * S);
    expect(lab.clocks[0].phase()).to.equal(before);
    lab.clocks[0].step(9.9e6);
    expect(lab.errorNs('system')).to.be.closeTo(0, 1e-3);
    expect(lab.clocks[0].phase() - before).to.equal(9_900_000n);
  });

  it('may be one that cannot be set', () => {
    const lab = host({ obstacle: 'no CAP_SYS_TIME' });
    expect(() => lab.clocks[0].step(1)).to.throw(HubError, 'no CAP_SYS_TIME');
    expect(() => lab.clocks[0].setFrequency(1)).to.throw(HubError);
  });

  it('may be a PHC: on TAI, with an oscillator of its own', async () => {
    const lab = createLabHost({ clock: { frequencyPpb: 10_000 }, phcs: { eth0: { frequencyPpb: -3000 } } });
    await lab.run(100 * S);
    const phc = lab.clocks[1];
    expect(phc).to.include({ id: 'phc:eth0', scale: 'tai' });
    expect(phc?.read().time).to.equal(lab.trueTime() + 37_000_000_000n - 300_000n);
    expect(lab.errorNs('phc:eth0')).to.be.closeTo(300e3, 1e-3);
  });
});
