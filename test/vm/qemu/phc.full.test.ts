import { expect } from 'chai';
import { Bench } from '../../bench.js';
import { runGuest } from './guest.js';
import { boot } from './image.js';

const JOB = `modprobe igb
sleep 1
ip link set eth0 up
echo 1 >/sys/class/ptp/ptp0/n_vclocks
node /repo/phc-report.mjs ptp0 ptp2 eth0
`;

describe('the PTP hardware clock of an emulated card', function () {
  this.timeout(1_800_000);
  let bench: Bench;
  let log: string;
  let outcomes: ReadonlyMap<string, unknown>;
  before(async function () {
    boot(this);
    bench = new Bench();
    const programs = { 'repo/phc-report.mjs': 'phc-report.ts' };
    log = await runGuest(bench, { name: 'phc', job: JOB, programs }, 1500);
    const lines = [...log.matchAll(/^REPORT (.*)$/gm)].map((match) => JSON.parse(match[1]!));
    outcomes = new Map(lines.map(({ deed, outcome }) => [deed, outcome]));
  });
  after(() => bench?.clear());

  const outcome = (deed: string): unknown => {
    expect(outcomes.has(deed), log).to.equal(true);
    return outcomes.get(deed);
  };

  it('is found by its device and by its interface, and tells what it can do', () => {
    expect(outcome('facts')).to.include({ device: '/dev/ptp0', pulseInputs: 0, pulseOutputs: 0 });
    expect(outcome('the interface names the same clock')).to.equal('phc:ptp0');
    expect(outcome('id')).to.equal('phc:ptp2');
  });

  it('cannot be steered while it carries a virtual clock, which can', () => {
    expect(outcome('obstacle of the base')).to.match(/virtual clocks/);
    expect(outcome('steering the base')).to.equal('TH_CLOCK_SET');
    expect(outcome('obstacle')).to.equal('');
  });

  it('is compared with the system clock in the bracket of its driver', () => {
    expect(outcome('comparison')).to.include({ by: 'extended' });
    expect((outcome('comparison') as { readonly widthNs: number }).widthNs).to.be.within(1, 5000);
  });

  it('takes a frequency to a millionth of it', () => {
    expect(outcome('frequency found')).to.equal(0);
    expect(outcome('frequency set')).to.be.closeTo(20_000, 0.01);
    expect(outcome('frequency in force')).to.be.closeTo(20_000, 0.01);
    expect(outcome('rate gained')).to.be.closeTo(20_000, 500);
  });

  it('is brought from 1970 to the present', () => {
    expect(outcome('step out of 1970')).to.match(/^no error/);
    // Such a difference has a resolution of 256 ns.
    expect(outcome('left of it')).to.be.closeTo(0, 2000);
  });

  it('takes a step, forward and back, and knows it from drift', () => {
    expect(outcome('step of 1 ms answered')).to.be.closeTo(1e6, 1000);
    expect(outcome('step of 1 ms seen')).to.be.closeTo(1e6, 5000);
    expect(outcome('step of 1 ms in the phase')).to.equal(outcome('step of 1 ms answered'));
    expect(outcome('step of -10 s seen')).to.be.closeTo(1e6 - 10e9, 20_000);
    expect(outcome('phase of a clock left alone')).to.equal(0);
  });

  it('is counted on between two readings', () => {
    expect(outcome('read-out is behind by')).to.be.closeTo(0, 20_000);
  });

  it('is refused with a code when it is not there, or cannot do what is wanted', () => {
    expect(outcome('unknown device')).to.equal('TH_CLOCK_UNKNOWN');
    expect(outcome('unknown interface')).to.equal('TH_CLOCK_UNKNOWN');
    expect(outcome('interface without a clock')).to.equal('TH_CLOCK_UNKNOWN');
    expect(outcome('pulse in')).to.equal('TH_CLOCK_PULSE');
    expect(outcome('pulse out')).to.equal('TH_CLOCK_PULSE');
  });

  it('is called gone when its device vanishes', () => {
    for (const deed of ['comparison', 'setting it', 'reading it'])
      expect(outcome(`${deed} when it has gone`)).to.equal('TH_CLOCK_GONE');
  });
});
