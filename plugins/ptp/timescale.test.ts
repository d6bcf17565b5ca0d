import { expect } from 'chai';
import { addGpsd } from '../../src/lab/nodes/gpsd-node.js';
import { PtpLab, type PtpLabMachine } from './testing/ptp-lab.js';

const GNSS = { 'source.gpsd.gnss': { address: '127.0.0.1:2947' } };
const PORT = { interface: 'eth0', 'sync-interval': '125ms', 'delay-interval': '125ms', 'improve-after': '1s' };
const CLIENT = { interface: 'eth0', 'sync-interval': '125ms', 'delay-interval': '125ms' };
const DAY_NS = 86_400e9;

describe('the timescale of a grandmaster', function () {
  this.timeout(30_000);
  let lab: PtpLab;
  beforeEach(() => {
    lab = new PtpLab();
  });
  afterEach(() => lab.stop());

  function two(grandmasterOffsetNs = -2e6): { grandmaster: PtpLabMachine; client: PtpLabMachine } {
    const grandmaster = lab.add({ clock: { offsetNs: grandmasterOffsetNs, frequencyPpb: 4000, wander: 1e-9 } });
    const client = lab.add({ clock: { offsetNs: 3e6, frequencyPpb: -7000, wander: 1e-9 } });
    const segment = lab.segment('lan');
    grandmaster.plug(segment);
    client.plug(segment);
    return { grandmaster, client };
  }

  const sourceOf = ({ hub }: PtpLabMachine) => hub!.report.state().sources.find(({ id }) => id === 'ptp.up')!;

  it('that is arbitrary gives no time of day, and the reason states the remedy', async () => {
    const { grandmaster, client } = two();
    addGpsd(grandmaster.host);
    await grandmaster.start({ ...GNSS, 'sink.ptp.lan': { ...PORT, timescale: 'utc' } });
    await lab.run(20);
    await client.start({ 'source.ptp.up': CLIENT });
    await lab.run(20);
    expect(sourceOf(client)).to.include({ state: 'rejected', weight: 0 });
    expect(sourceOf(client).reason).to.match(/^its timescale is arbitrary, .* set timescale = "utc"$/);
    expect(client.hub!.report.state().mode).to.equal('unsynchronised');
    expect(client.inspect('ptp.up')).to.include({
      timescale: 'arbitrary (ptpTimescale is not set)',
      currentUtcOffset: '37 s (not marked as valid)',
    });
    await client.hub!.stop();
    await client.start({ 'source.ptp.up': { ...CLIENT, timescale: 'utc' } });
    await lab.run(20);
    expect(sourceOf(client).state).to.equal('combined');
    expect(Math.abs(client.mistakeNs())).to.be.below(1000);
  });

  it('that starts at boot is rejected, with its date', async () => {
    const { grandmaster, client } = two(20_778 * DAY_NS);
    await grandmaster.start({
      'source.ntp.none': { address: '192.0.2.99' },
      'sink.ptp.lan': { ...PORT, role: 'fixed' },
    });
    await client.start({ 'source.ptp.up': { ...CLIENT, timescale: 'tai' } });
    await lab.run(20);
    expect(sourceOf(client)).to.include({ state: 'rejected', weight: 0 });
    expect(sourceOf(client).reason).to.match(/^has the date 1970-0\d-\d\d, before this program was built/);
    expect(client.hub!.report.state().mode).to.equal('unsynchronised');
    expect(client.hub!.report.state().leap).to.include({ taiMinusUtc: 37 });
  });
});
