import { expect } from 'chai';
import { NS_PER_S } from '../api/index.js';
import { INTERNET, type MachineOptions, NtpClientMachine } from '../lab/testing/ntp-client.js';

const S = NS_PER_S;
const SPAN_S = 20_000;
const served = ({ servers }: NtpClientMachine): number => servers.reduce((sum, server) => sum + server.served, 0);

const ADAPTIVE = { ...INTERNET, pollMax: '1024s' };

/** Error and questions of some hours, after some to settle. */
async function measure(options: Partial<MachineOptions>) {
  const machine = await NtpClientMachine.create({ ...ADAPTIVE, ...options });
  const hub = await machine.start();
  await machine.host.run(10_000 * S);
  const before = served(machine);
  const rmsNs = await machine.rmsNs(SPAN_S);
  await hub.stop();
  return { rmsNs, asked: served(machine) - before };
}

describe('poll control', function () {
  this.timeout(30_000);

  it('polls less often than allowed, and is hardly less accurate', async () => {
    const fixed = await measure({ pollMax: '64s' });
    const adaptive = await measure({});
    expect(fixed.asked).to.be.closeTo(SPAN_S / 66, 5);
    expect(adaptive.asked).to.be.below(0.9 * fixed.asked);
    expect(adaptive.rmsNs).to.be.below(2 * fixed.rmsNs);
  });

  it('polls far less often where noise makes a reply worth little', async () => {
    const link = { ...INTERNET.link, shape: 'norm' } as const;
    const fixed = await measure({ link, pollMax: '64s' });
    const adaptive = await measure({ link });
    expect(adaptive.asked).to.be.below(0.6 * fixed.asked);
    expect(adaptive.rmsNs).to.be.below(2 * fixed.rmsNs);
  });

  it('is back at the shortest interval with the second reply after a frequency step', async () => {
    const gaussian = { ...INTERNET.link, shape: 'norm' } as const;
    const machine = await NtpClientMachine.create({ ...ADAPTIVE, wander: 1e-10, link: gaussian });
    const hub = await machine.start();
    await machine.host.run(30_000 * S);
    // An unusual answer is followed by one short interval.
    for (let n = 0; n < 3 && machine.pollS(hub) <= 256; n++) await machine.host.run(machine.host.nowNs + 600 * S);
    expect(machine.pollS(hub)).to.be.above(256);
    machine.host.oscillators.get('system')!.stepFrequency(5000, machine.host.nowNs);
    const before = served(machine);
    while (machine.pollS(hub) > 64) await machine.host.run(machine.host.nowNs + 10 * S);
    expect(served(machine) - before).to.be.at.most(2);
    await hub.stop();
  });

  it('polls a source that is not admitted at the longest interval', async () => {
    const machine = await NtpClientMachine.create({ ...ADAPTIVE, servers: 4 });
    machine.servers[3]!.offsetNs = 80e6;
    const hub = await machine.start();
    await machine.host.run(10_000 * S);
    expect(hub.report.status().sources[3]!.state).to.equal('rejected');
    expect(machine.pollS(hub, 4)).to.equal(1024);
    await hub.stop();
  });
});
