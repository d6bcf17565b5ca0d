import { expect } from 'chai';
import { assembleHub } from '../../src/kernel/assembly/assemble.js';
import type { Hub } from '../../src/kernel/hub.js';
import { createLabHost, type LabHost } from '../../src/lab/host.js';
import { wire } from '../../src/lab/network/link.js';
import { addNtpServer } from '../../src/lab/nodes/ntp-node.js';
import { planTables, type Tables } from '../../src/lab/testing/plans.js';

const S = 1e9;
const CORE = { minAgreeing: 1, maxErrorNs: 1e9, trackingErrorNs: 1e6 };

/** The real kernel, estimator and servo on a simulated machine. */
async function startHub(host: LabHost, tables: Tables): Promise<Hub> {
  const hub = assembleHub(host, CORE);
  await hub.start(await planTables(tables));
  return hub;
}

describe('two hubs in virtual time, one of which follows the other by CSPTP', function () {
  this.timeout(60_000);

  it('both know the time within microseconds; when the first stops, the second reports why it gets no reply', async () => {
    const far = createLabHost({
      seed: 5,
      address: '10.0.0.2',
      clock: { offsetNs: -7e6, frequencyPpb: -9000, wander: 1e-9 },
    });
    const near = createLabHost({
      beside: far,
      address: '10.0.0.1',
      clock: { offsetNs: 41e6, frequencyPpb: 12_000, wander: 1e-9 },
    });
    const still = wire({ baseNs: 100e3 });
    const ntp = addNtpServer(far, { address: '10.0.0.3', up: still, down: still });
    // A Follow_Up overtakes its Sync every other time.
    Object.assign(near.network.towards, { baseNs: 200e3, jitterNs: 20e3, shape: 'exp' });
    Object.assign(near.network.from, { baseNs: 200e3, jitterNs: 20e3, shape: 'exp' });
    const server = await startHub(far, {
      'source.ntp.true': { address: '10.0.0.3', 'poll-min': '1s' },
      'sink.csptp.lan': {},
    });
    const client = await startHub(near, {
      'source.csptp.far': { address: '10.0.0.2' },
      'sink.system-clock.system': { steer: true },
    });
    await far.run(400 * S);

    expect(server.report.status().mode).to.equal('tracking');
    const { mode, leap } = client.report.status();
    expect(mode).to.equal('tracking');
    expect(leap.taiMinusUtc).to.equal(37);
    expect(near.errorNs('system')).to.be.within(-5e3, 5e3);
    expect(Math.abs(far.errorNs('system'))).to.be.above(1e6);
    const { inspect } = client.report.detail('csptp.far')!;
    expect(inspect).to.include({ reach: 8, halves: 0, contradictions: 0, unstamped: 0 });
    expect(Object.values(inspect.refused as Record<string, number>).every((count) => count === 0)).to.equal(true);
    expect(server.report.detail('csptp.lan')!.inspect).to.include({ short: 0, unstamped: 0, unsent: 0 });

    ntp.stop();
    await server.stop();
    await far.run(500 * S);
    const source = client.report.status().sources[0]!;
    expect(source.state).to.equal('unreachable');
    expect(source.reason).to.match(/no program listens/);
    await client.stop();
  });
});
