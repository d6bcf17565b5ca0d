import { expect } from 'chai';
import { Bench } from '../bench.js';
import type { Pairing } from './ptp-pairs.js';
import { compareGrandmasters } from './ptp-ratio.js';
import { PtpRig, quantileOf } from './ptp-rig.js';

/** Number of offsets that a test reads, eight a second. `npm run bench:ptp-veth` reads more, and compares. */
const SAMPLES = 24;
/** Largest allowed offset, ns: software stamps between busy processes have large errors. */
const FAR_OFF_NS = 50e3;

/** Tests ptp4l and the hub with each other, in both roles, for each of these ways to run PTP. */
export function describePairings(pairings: readonly Pairing[]): void {
  describe('ptp4l', function () {
    this.timeout(120_000);
    let bench: Bench;
    beforeEach(() => {
      bench = new Bench();
    });
    afterEach(() => bench.clear());

    for (const { name, master, ours } of pairings) {
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
      });
    }

    for (const pairing of pairings) {
      it(`as a slave follows our grandmaster as it follows its own kind: ${pairing.name}`, async function () {
        const seen = await compareGrandmasters(PtpRig.make(this, bench, 2), pairing, SAMPLES);
        expect(quantileOf(seen.ours.offsetsNs, 0.9)).to.be.below(FAR_OFF_NS);
        expect(quantileOf(seen.theirs.offsetsNs, 0.9)).to.be.below(FAR_OFF_NS);
      });
    }
  });
}
