import { expect } from 'chai';
import type { PtpLabMachine } from '../plugins/ptp/testing/ptp-lab.js';
import { addServers, Shipped } from './shipped.js';

const FAST = 'poll-min = "1s"\npoll-max = "1s"\n';
const source = (name: string, address: string): string => `[source.ntp.${name}]\naddress = "${address}"\n${FAST}`;
const SINK = '[sink.ntp.lan]\n';
const LOCAL = '[hub]\nfree-run = true\n';

/** Hubs that serve their clocks as they are (`[hub] free-run`), on one network of the lab. */
describe('an offline site', function () {
  this.timeout(60_000);
  let shipped: Shipped;
  beforeEach(() => {
    shipped = new Shipped();
  });
  afterEach(() => shipped.stop());

  const told = ({ hub }: PtpLabMachine): string => {
    const { mode, ntp, local } = hub!.report.state();
    return `${mode}${local === true ? ' local' : ''} ${ntp.stratum} ${ntp.refid}`;
  };

  it('has one time: that of the hub that serves its clock as it is, at the next stratum', async () => {
    const { lab } = shipped;
    const [server, client] = [lab.add({ clock: { offsetNs: 7e9 } }), lab.add({ clock: { offsetNs: -2e9 } })];
    const [upstream] = addServers(server!.host, ['real.example'], 5e6, 1e5);
    upstream!.stop();
    await shipped.start(server!, { text: `${LOCAL}${source('real', 'real.example')}${SINK}` });
    await shipped.start(client!, { text: `${source('site', '192.0.2.1')}${SINK}` });
    await lab.run(60);
    expect(told(server!)).to.equal('unsynchronised local 10 127.127.1.1');
    expect(told(client!)).to.equal('tracking 11 192.0.2.1');
    expect(client!.mistakeNs()).to.be.closeTo(-7e9, 1e6);

    upstream!.start();
    await lab.run(120);
    expect(told(server!)).to.equal('tracking 2 203.0.113.1');
    expect(told(client!)).to.equal('tracking 3 192.0.2.1');
  });

  it('does not count to infinity if hubs that all serve their clocks ask each other', async () => {
    const { lab } = shipped;
    const hosts = [1, 2, 3].map((n) => lab.add({ seed: n, clock: { offsetNs: n * 3e6, frequencyPpb: n * 1000 } }));
    for (const [n, machine] of hosts.entries()) {
      const others = [1, 2, 3]
        .filter((other) => other !== n + 1)
        .map((other) => source(`h${other}`, `192.0.2.${other}`));
      await shipped.start(machine, { text: `${LOCAL}${others.join('')}${SINK}` });
    }
    const strata = new Set<number>();
    for (let second = 0; second < 300; second++) {
      await lab.run(1);
      for (const { hub } of hosts) strata.add(hub!.report.state().ntp.stratum);
    }
    expect([...strata].filter((stratum) => stratum > 11 && stratum < 16)).to.deep.equal([]);
    expect(hosts.map(told)).to.deep.equal([
      ...['unsynchronised local 10 127.127.1.1', 'tracking 11 192.0.2.1', 'tracking 11 192.0.2.1'],
    ]);
  });
});
