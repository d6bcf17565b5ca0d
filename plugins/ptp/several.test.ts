import { expect } from 'chai';
import { addGpsd } from '../../src/lab/nodes/gpsd-node.js';
import { PtpLab, type PtpLabMachine } from './testing/ptp-lab.js';

const BRISK = { 'sync-interval': '125ms', 'delay-interval': '125ms' };

describe('several timeTransmitters as several sources', function () {
  this.timeout(30_000);
  let lab: PtpLab;
  let masters: readonly PtpLabMachine[];
  let client: PtpLabMachine;
  beforeEach(() => {
    lab = new PtpLab();
    masters = [2e6, -3e6].map((offsetNs) => lab.add({ clock: { offsetNs, wander: 1e-9 } }));
    for (const { host } of masters) addGpsd(host);
    client = lab.add({ clock: { offsetNs: 5e6, frequencyPpb: -7000, wander: 1e-9 } });
    const segment = lab.segment('lan');
    for (const machine of lab.machines) machine.plug(segment);
  });
  afterEach(() => lab.stop());

  async function startMasters(sink: (n: number) => object) {
    for (const [n, master] of masters.entries()) {
      await master.start({
        'source.gpsd.gnss': { address: '127.0.0.1:2947' },
        'sink.ptp.lan': { interface: 'eth0', role: 'fixed', 'improve-after': '1s', ...BRISK, ...sink(n) },
      });
    }
    await lab.run(30);
  }

  const following = (name: string): unknown => client.inspect(`ptp.${name}`).grandmaster;

  function expectBoth() {
    expect(following('a')).to.not.equal(following('b'));
    const { sources } = client.hub!.report.status();
    expect(sources.map(({ state }) => state)).to.deep.equal(['combined', 'combined']);
    expect(Math.abs(client.mistakeNs())).to.be.below(500);
  }

  it('are followed by unicast, without messages to the group', async () => {
    await startMasters(() => ({ unicast: 'only' }));
    const source = (n: number) => ({ interface: 'eth0', 'unicast-from': `10.0.0.${n}`, ...BRISK });
    await client.start({ 'source.ptp.a': source(1), 'source.ptp.b': source(2) });
    await lab.run(60);
    expectBoth();
    const { sent } = masters[0]!.inspect<{ messages: { sent: Record<string, number> } }>('ptp.lan').messages;
    expect(sent.announce).to.be.within(28, 34);
  });

  it('are followed in one domain by their `accept` lists (hybrid)', async () => {
    await startMasters(() => ({ profile: 'enterprise' }));
    const source = (n: number) => ({
      ...{ interface: 'eth0', profile: 'enterprise', accept: [`10.0.0.${n}`], ...BRISK },
    });
    await client.start({ 'source.ptp.a': source(1), 'source.ptp.b': source(2) });
    await lab.run(60);
    expectBoth();
  });
});
