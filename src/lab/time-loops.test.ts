import { expect } from 'chai';
import type { LabHost } from './host.js';
import { wire } from './network/link.js';
import { addNtpServer, type NtpNode } from './nodes/ntp-node.js';
import { join, type Member, machine, modesOf, sourceOf, strataOf, watch } from './testing/fleet.js';
import type { Tables } from './testing/plans.js';

const OUTSIDE = '10.9.0.1';
const addressOf = (n: number): string => `10.0.0.${n + 1}`;
const NTP = (address: string, poll = '1s') => ({ address, 'poll-min': poll, 'poll-max': poll });
const CSPTP = (address: string) => ({ address, 'poll-min': '1s', 'poll-max': '1s', 'source-port': 'any' });
const FAR = { baseNs: 1e6, jitterNs: 100e3, shape: 'exp' } as const;

function machines(count: number): LabHost[] {
  const hosts: LabHost[] = [];
  for (let n = 0; n < count; n++) hosts.push(machine(hosts[0], addressOf(n), {}, n));
  return hosts;
}

const outside = (host: LabHost): NtpNode =>
  addNtpServer(host, { address: OUTSIDE, stratum: 2, refid: '203.0.113.1', up: wire(FAR), down: wire(FAR) });

const promisesKept = (members: readonly Member[]): void => {
  for (const [n, { outsideS }] of members.entries())
    expect(outsideS, `seconds outside of the bound of hub ${n}`).to.equal(0);
};
const worstNs = (members: readonly Member[]): number => Math.max(...members.map((member) => member.worstNs));

describe('time that comes back', function () {
  this.timeout(300_000);
  this.slow(60_000);

  for (const [type, source] of [
    ['ntp', NTP(addressOf(0))],
    ['csptp', CSPTP(addressOf(0))],
  ] as const)
    it(`is not used where a hub asks itself by ${type.toUpperCase()}`, async () => {
      const [host] = machines(1) as [LabHost];
      const server = outside(host);
      const hub = await join(host, {
        'source.ntp.out': NTP(OUTSIDE),
        [`source.${type}.self`]: source,
        [`sink.${type}.s`]: {},
      });
      await watch([hub], 120);
      expect(sourceOf(hub, `${type}.self`)).to.include({
        state: 'rejected',
        reason: `this is this hub itself: its request came in at its own server ${type}.s`,
      });
      expect(sourceOf(hub, 'ntp.out')).to.include({ state: 'combined', weight: 1 });
      server.stop();
      await watch([hub], 600);
      expect(modesOf([hub])).to.deep.equal(['holdover']);
      promisesKept([hub]);
      expect(worstNs([hub])).to.be.below(2e6);
      await hub.hub.stop();
    });

  it('is not used from a server of any program that follows the hub', async () => {
    const [host] = machines(1) as [LabHost];
    const follower = { address: '10.0.0.77', stratum: 4, refid: addressOf(0), rootDispersionNs: 1e3 };
    const other = { address: '10.0.0.78', stratum: 5, refid: '10.0.0.77', rootDispersionNs: 1e3 };
    addNtpServer(host, { ...follower, offsetNs: 40e6 });
    addNtpServer(host, { ...other, offsetNs: 40e6 });
    outside(host);
    const hub = await join(host, {
      'source.ntp.out': NTP(OUTSIDE),
      'source.ntp.follower': NTP('10.0.0.77'),
      'source.ntp.behind': NTP('10.0.0.78'),
      'sink.ntp.s': {},
    });
    await watch([hub], 60);
    expect(sourceOf(hub, 'ntp.follower').reason).to.equal(
      'it follows this hub: it names 10.0.0.1, an address of this machine, as its server',
    );
    expect(sourceOf(hub, 'ntp.behind').reason).to.equal("it follows ntp.follower, whose time is this hub's own");
    expect(modesOf([hub])).to.deep.equal(['tracking']);
    promisesKept([hub]);
    await hub.hub.stop();
  });

  for (const [count, poll] of [
    [3, '1s'],
    [4, '16s'],
    [5, '1s'],
  ] as const)
    it(`ends in a ring of ${count} that asks every ${poll} once the server outside has died`, async () => {
      const hosts = machines(count);
      const server = outside(hosts[0]!);
      const members = await Promise.all(
        hosts.map((host, n) =>
          join(host, {
            'source.ntp.next': NTP(addressOf((n + 1) % count), poll),
            'sink.ntp.s': {},
            ...(n === 0 ? { 'source.ntp.ext': NTP(OUTSIDE, poll) } : {}),
          }),
        ),
      );
      const rounds = Number.parseInt(poll, 10);
      await watch(members, 200 + 30 * rounds);
      expect(modesOf(members)).to.deep.equal(members.map(() => 'tracking'));
      expect(sourceOf(members[0]!, 'ntp.next').state).to.equal('agrees');
      server.stop();
      await watch(members, 60 + 60 * rounds);
      expect(modesOf(members)).to.deep.equal(members.map(() => 'unsynchronised'));
      expect(strataOf(members)).to.deep.equal(members.map(() => 16));
      promisesKept(members);
      server.start();
      await watch(members, 120 + 60 * rounds);
      expect(modesOf(members)).to.deep.equal(members.map(() => 'tracking'));
      promisesKept(members);
      for (const { hub } of members) await hub.stop();
    });

  it('ends in a ring of NTP and CSPTP', async () => {
    const hosts = machines(3);
    const server = outside(hosts[0]!);
    const tables: Tables[] = [
      { 'source.ntp.ext': NTP(OUTSIDE), 'source.csptp.next': CSPTP(addressOf(1)), 'sink.ntp.s': {} },
      { 'source.ntp.next': NTP(addressOf(2)), 'sink.csptp.s': {} },
      { 'source.ntp.next': NTP(addressOf(0)), 'sink.ntp.s': {} },
    ];
    const members = await Promise.all(hosts.map((host, n) => join(host, tables[n]!)));
    await watch(members, 200);
    expect(modesOf(members)).to.deep.equal(['tracking', 'tracking', 'tracking']);
    server.stop();
    await watch(members, 200);
    expect(modesOf(members)).to.deep.equal(['unsynchronised', 'unsynchronised', 'unsynchronised']);
    promisesKept(members);
    for (const { hub } of members) await hub.stop();
  });

  it('does not move five hubs with the same sources, with and without the outside server', async () => {
    const hosts = machines(5);
    const server = outside(hosts[0]!);
    const list = Object.fromEntries(hosts.map((_, n) => [`source.ntp.h${n}`, NTP(addressOf(n), '4s')]));
    const tables = { 'source.ntp.out': NTP(OUTSIDE, '4s'), ...list, 'sink.ntp.s': {} };
    const members = await Promise.all(hosts.map((host) => join(host, tables, { maxErrorNs: 2e6 })));
    await watch(members, 200);
    expect(modesOf(members)).to.deep.equal(members.map(() => 'tracking'));
    for (const [n, member] of members.entries()) {
      expect(sourceOf(member, 'ntp.out')).to.include({ state: 'combined', weight: 1 });
      for (let other = 0; other < 5; other++)
        expect(sourceOf(member, `ntp.h${other}`).state).to.equal(other === n ? 'rejected' : 'agrees');
    }
    expect(strataOf(members)).to.deep.equal([3, 3, 3, 3, 3]);
    server.stop();
    await watch(members, 60);
    for (const mode of modesOf(members)) expect(mode).to.equal('holdover');
    promisesKept(members);
    expect(worstNs(members)).to.be.below(2e6);
    await watch(members, 1000);
    for (const mode of modesOf(members)) expect(mode).to.equal('unsynchronised');
    promisesKept(members);
    for (const { hub } of members) await hub.stop();
  });

  it('lets a hub that lost the outside server follow the hubs that still have it', async () => {
    const hosts = machines(3);
    outside(hosts[0]!);
    const list = Object.fromEntries(hosts.map((_, n) => [`source.ntp.h${n}`, NTP(addressOf(n))]));
    const tables = { ...list, 'sink.ntp.s': {} };
    const hears = { 'source.ntp.out': NTP(OUTSIDE), ...tables };
    const members = await Promise.all(hosts.map((host, n) => join(host, n === 2 ? tables : hears)));
    await watch(members, 200);
    expect(modesOf(members)).to.deep.equal(['tracking', 'tracking', 'tracking']);
    expect(strataOf(members)).to.deep.equal([3, 3, 4]);
    promisesKept(members);
    for (const { hub } of members) await hub.stop();
  });
});
