import { expect } from 'chai';
import { Bench } from '../bench.js';
import { PAIRINGS } from './ptp-pairs.js';
import { PtpRig, quantileOf, rms } from './ptp-rig.js';

/** A hub without any time of its own: it gives the system clock as it is, and says that this is worth nothing. */
const NO_TIME = '[source.ntp.none]\naddress = "127.0.0.1:9"\n';
/** Offsets that are looked at: eight a second. More are asked for to compare with ptp4l. */
const SAMPLES = Number(process.env.TIMEHUB_PTP_SAMPLES ?? 24);
/** Software stamps between busy processes. */
const FAR_OFF_NS = 50e3;

describe('ptp4l', function () {
  this.timeout(120_000);
  let bench: Bench;
  beforeEach(() => {
    bench = new Bench();
  });
  afterEach(() => bench.clear());

  for (const { name, master, ours } of PAIRINGS) {
    it(`as grandmaster is followed within 50 µs, by kernel stamps: ${name}`, async function () {
      const rig = PtpRig.make(this, bench, 2);
      const [a, b] = rig.machines;
      a!.ptp4l('master', [...master(rig), '-i', a!.far]);
      const hub = await b!.hub(`[source.ptp.x]\ninterface = "${b!.near}"\ntimescale = "utc"\n${ours}\n`);
      const source = await hub.untilSource(
        'ptp.x',
        ({ observations, state }) => observations >= SAMPLES && state === 'combined',
        60_000,
      );
      expect(source.stamp).to.equal('kernel');
      expect(Math.abs(source.offsetNs)).to.be.below(FAR_OFF_NS);
      report(`followed ${name}`, [source.offsetNs]);
    });
  }

  for (const { name, master, slave, pmc, ours, sink = '' } of PAIRINGS) {
    it(`as a slave follows our grandmaster as it follows its own kind: ${name}`, async function () {
      const rig = PtpRig.make(this, bench, 2);
      const [a, b] = rig.machines;
      await a!.hub(`${NO_TIME}[sink.ptp.x]\ninterface = "${a!.far}"\n${ours}\n${sink}\n`);
      const other = ['--domainNumber', '7'];
      a!.ptp4l('master', [...master(rig), ...other, '-i', a!.far]);
      const ofOurs = b!.ptp4l('slave', [...slave(rig), '-i', b!.near]);
      const ofTheirs = b!.ptp4l('slave7', [...slave(rig), ...other, '-i', b!.near]);
      const [seen, reference] = await Promise.all([
        ofOurs.nextOffsets(SAMPLES, pmc, 90_000),
        ofTheirs.nextOffsets(SAMPLES, [...pmc, '-d', '7'], 90_000),
      ]);
      report(`ours      ${name}`, seen!);
      report(`ptp4l's   ${name}`, reference!);
      expect(quantileOf(seen!, 0.9)).to.be.below(FAR_OFF_NS);
    });
  }
});

/** Figures for who asks for them; the trimmed RMS leaves out the largest twentieth, when a process had to wait. */
function report(what: string, offsetsNs: readonly number[]): void {
  if (process.env.TIMEHUB_PTP_SAMPLES === undefined) return;
  const most = quantileOf(offsetsNs, 0.95);
  const figures = {
    mean: offsetsNs.reduce((sum, value) => sum + value, 0) / offsetsNs.length,
    median: quantileOf(offsetsNs, 0.5),
    RMS: rms(offsetsNs),
    'trimmed RMS': rms(offsetsNs.filter((value) => Math.abs(value) <= most)),
  };
  const text = Object.entries(figures).map(([name, value]) => `${name} ${Math.round(value)}`);
  process.stdout.write(`      ${what}: ${offsetsNs.length} offsets, ns: ${text.join(', ')}\n`);
}
