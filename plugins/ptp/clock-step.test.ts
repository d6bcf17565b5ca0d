import { expect } from 'chai';
import { addGpsd } from '../../src/lab/nodes/gpsd-node.js';
import { PtpLab } from './testing/ptp-lab.js';

const BRISK = { 'sync-interval': '125ms', 'delay-interval': '125ms' };

describe('a hardware clock that is stepped', function () {
  this.timeout(30_000);
  let lab: PtpLab;
  beforeEach(() => {
    lab = new PtpLab();
  });
  afterEach(() => lab.stop());

  for (const [name, common] of [
    ['end to end', BRISK],
    ['peer to peer', { delay: 'p2p', ...BRISK }],
    ['gPTP', { profile: 'gptp' }],
    ['the automotive profile', { profile: 'automotive' }],
  ] as const) {
    it(`is not mistaken for silence or a jump of its timeTransmitter: ${name}`, async () => {
      const grandmaster = lab.add({ phcs: { ptp0: { offsetNs: 400 } } });
      addGpsd(grandmaster.host);
      const client = lab.add({ phcs: { ptp0: { offsetNs: 5e6, frequencyPpb: 3000 } }, clock: { offsetNs: 3e6 } });
      const segment = lab.segment('lan');
      for (const machine of lab.machines) machine.plug(segment, 'eth0', 0);
      const [ptp, card] = [{ interface: 'eth0', ...common }, { 'source.phc.card': { clock: 'eth0' } }];
      await grandmaster.start({
        ...{ 'source.gpsd.gnss': { address: '127.0.0.1:2947' }, ...card },
        'sink.ptp.lan': { 'improve-after': '1s', ...ptp },
      });
      await lab.run(30);
      await client.start({ 'source.ptp.up': ptp, ...card, 'sink.phc.set': { clock: 'eth0', steer: true } });
      await lab.run(30);
      const phc = client.host.phcs[0]!;
      const [modes, seen] = [new Set<string>(), new Set<string>()];
      for (const byNs of [6e5, 7e6, -30e6, 2e9]) {
        phc.shift(byNs);
        for (let n = 0; n < 10 * 64; n++) {
          await lab.run(1 / 64);
          const { mode, sources } = client.hub!.report.state();
          const { state, reason } = sources.find(({ id }) => id === 'ptp.up')!;
          modes.add(mode);
          seen.add(`${state}, ${client.inspect('ptp.up').state}${/jump/.test(reason) ? `: ${reason}` : ''}`);
        }
        expect(Math.abs(client.host.errorNs('phc:ptp0')), `set back by ${byNs} ns`).to.be.below(5000);
      }
      expect([...seen]).to.deep.equal(['combined, slave']);
      expect(['tracking', 'converging']).to.include.members([...modes]);
    });
  }
});
