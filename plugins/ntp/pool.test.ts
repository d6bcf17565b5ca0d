import { expect } from 'chai';
import type { HubEvent } from 'timehub/api';
import { assembleHub } from '../../src/kernel/assembly/assemble.js';
import type { Hub } from '../../src/kernel/hub.js';
import { createLabHost, type LabHost } from '../../src/lab/host.js';
import { wire } from '../../src/lab/network/link.js';
import { addNtpServer, type NtpNode } from '../../src/lab/nodes/ntp-node.js';
import { planTables, type Tables } from '../../src/lab/testing/plans.js';

const S = 1e9;
const NAME = 'pool.example';
const CORE = { minAgreeing: 1, maxErrorNs: 1e9, trackingErrorNs: 1e6 };

const table = (address: string) => ({ address, 'poll-min': '1s', 'poll-max': '4s' });

const sources = (count: number): Tables =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`source.ntp.p${n + 1}`, table(NAME)]));

/** A machine and the servers `10.0.0.1`… of one name. */
class Scene {
  readonly host: LabHost = createLabHost({ seed: 3, address: '10.0.9.9', clock: { offsetNs: 5e6, wander: 1e-9 } });
  readonly servers: readonly NtpNode[];
  readonly events: HubEvent[] = [];
  hub!: Hub;

  constructor(count: number) {
    const link = { baseNs: 100e3, jitterNs: 20e3, shape: 'exp' as const };
    this.servers = Array.from({ length: count }, (_, n) =>
      addNtpServer(this.host, { address: `10.0.0.${n + 1}`, up: wire(link), down: wire(link) }),
    );
    this.answer(...this.servers.map((_, n) => n + 1));
  }

  /** The resolver answers with these servers from now on. */
  answer(...numbers: readonly number[]): void {
    this.host.fabric.names.set(
      NAME,
      numbers.map((n) => `10.0.0.${n}`),
    );
  }

  async start(tables: Tables): Promise<void> {
    this.hub = assembleHub(this.host, CORE);
    this.hub.report.onEvent((event) => this.events.push(event));
    await this.hub.start(await planTables(tables));
  }

  pass(seconds: number): Promise<void> {
    return this.host.run(this.host.nowNs + seconds * S);
  }

  /** Returns the last number of the address that each source asks; 0: none. */
  get asked(): Readonly<Record<string, number>> {
    return Object.fromEntries(
      this.hub.report.status().sources.map(({ id }) => {
        const { server } = this.hub.report.detail(id)!.inspect as { readonly server: string };
        return [id, Number(/10\.0\.0\.(\d+)/.exec(server)?.[1] ?? 0)];
      }),
    );
  }

  get reasons(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.hub.report.status().sources.map(({ id, reason }) => [id, reason]));
  }

  get states(): readonly string[] {
    return this.hub.report.status().sources.map(({ state }) => state);
  }

  /** Returns how many requests each server answers in this time. */
  async served(seconds: number): Promise<readonly number[]> {
    const before = this.servers.map(({ served }) => served);
    await this.pass(seconds);
    return this.servers.map(({ served }, n) => served - before[n]!);
  }
}

describe('sources of one name', function () {
  this.timeout(60_000);

  it('ask different servers, equally often (D15)', async () => {
    const scene = new Scene(4);
    await scene.start(sources(4));
    await scene.pass(60);
    expect(Object.values(scene.asked).sort()).to.deep.equal([1, 2, 3, 4]);
    for (const count of await scene.served(60)) expect(count).to.be.within(10, 62);
    expect(scene.hub.report.status().mode).to.equal('tracking');
  });

  it('replace a dead server by one that no other source asks, and keep the others (D15)', async () => {
    const scene = new Scene(5);
    await scene.start(sources(4));
    await scene.pass(60);
    const before = scene.asked;
    scene.servers[before['ntp.p2']! - 1]!.stop();
    await scene.pass(120);
    const spare = [1, 2, 3, 4, 5].find((n) => !Object.values(before).includes(n));
    expect(scene.asked).to.deep.equal({ ...before, 'ntp.p2': spare });
    expect(scene.states).not.to.include.members(['unreachable']);
    expect(scene.events.map(({ text }) => text)).to.include(
      `asks pool.example:123 (10.0.0.${spare}) from now on: pool.example:123 (10.0.0.${before['ntp.p2']}) does not answer`,
    );
  });

  it('replace a falseticker, and use the next server (D15), which ntpd-rs does not', async () => {
    const scene = new Scene(5);
    scene.servers[1]!.offsetNs = 0.2 * S;
    await scene.start(sources(4));
    await scene.pass(300);
    expect(Object.values(scene.asked).sort()).to.deep.equal([1, 3, 4, 5]);
    expect(
      scene.states.every((state) => state === 'combined' || state === 'agrees'),
      scene.states.join(),
    ).to.equal(true);
    expect(scene.events.some(({ text }) => text.endsWith('(10.0.0.2) disagrees with the majority'))).to.equal(true);
  });

  it('keep a falseticker while there is no other server', async () => {
    const scene = new Scene(4);
    scene.servers[1]!.offsetNs = 0.2 * S;
    await scene.start(sources(4));
    await scene.pass(300);
    expect(Object.values(scene.asked).sort()).to.deep.equal([1, 2, 3, 4]);
    expect(scene.events.filter(({ text }) => text.startsWith('asks '))).to.deep.equal([]);
  });

  it('report that the name has too few addresses, and take the next one that it gets', async () => {
    const scene = new Scene(4);
    scene.answer(1, 2, 3);
    await scene.start(sources(4));
    await scene.pass(30);
    expect(Object.values(scene.asked).sort()).to.deep.equal([0, 1, 2, 3]);
    expect(scene.reasons['ntp.p4']).to.equal(
      'pool.example has only 3 addresses, all in use by ntp.p1, ntp.p2 and ntp.p3: no server is asked twice',
    );
    scene.answer(1, 2, 3, 4);
    await scene.pass(80);
    expect(scene.asked['ntp.p4']).to.equal(4);
    for (const count of await scene.served(60)) expect(count).to.be.above(10);
  });

  it('collect the answers of a resolver that gives two addresses of six at a time', async () => {
    const scene = new Scene(6);
    let turn = 0;
    const resolve = async () => [0, 1].map((n) => `10.0.0.${((2 * turn + n) % 6) + 1}`);
    Object.assign(scene.host.network, {
      resolve: () => {
        turn++;
        return resolve();
      },
    });
    await scene.start(sources(6));
    await scene.pass(200);
    expect(Object.values(scene.asked).sort()).to.deep.equal([1, 2, 3, 4, 5, 6]);
  });

  it('do not take an address that another source has as a literal, before or after a reload (D15)', async () => {
    const scene = new Scene(4);
    await scene.start({ ...sources(2), 'source.ntp.own': table('10.0.0.1') });
    await scene.pass(30);
    expect(scene.asked).to.deep.equal({ 'ntp.p1': 2, 'ntp.p2': 3, 'ntp.own': 1 });
    const plans = await planTables({
      ...sources(2),
      'source.ntp.own': table('10.0.0.1'),
      'source.ntp.new': table('10.0.0.3'),
    });
    const none = { removed: [], changed: [], retuned: [], kept: [], hub: false };
    await scene.hub.reload(plans, { ...none, added: ['ntp.new'] });
    await scene.pass(60);
    expect(scene.asked).to.deep.equal({ 'ntp.p1': 2, 'ntp.p2': 4, 'ntp.own': 1, 'ntp.new': 3 });
  });

  it('keep their servers over a reload that changes them', async () => {
    const scene = new Scene(6);
    await scene.start(sources(3));
    await scene.pass(30);
    scene.answer(6, 5, 4, 3, 2, 1);
    const before = scene.asked;
    const tables = Object.fromEntries(
      Object.keys(before).map((id) => [`source.${id}`, { ...table(NAME), 'poll-max': '8s' }]),
    );
    const none = { added: [], removed: [], retuned: [], kept: [], hub: false };
    await scene.hub.reload(await planTables(tables), { ...none, changed: Object.keys(before) });
    await scene.pass(30);
    expect(scene.asked).to.deep.equal(before);
    expect(scene.events.filter(({ text }) => text.startsWith('asks '))).to.deep.equal([]);
  });

  it('return to a server that failed after the others have failed too', async () => {
    const scene = new Scene(2);
    await scene.start(sources(1));
    await scene.pass(20);
    scene.servers[0]!.stop();
    await scene.pass(60);
    expect(scene.asked['ntp.p1']).to.equal(2);
    scene.servers[0]!.start();
    scene.servers[1]!.stop();
    await scene.pass(60);
    expect(scene.asked['ntp.p1']).to.equal(1);
    expect(scene.hub.report.status().mode).to.equal('tracking');
  });

  it('lengthen their intervals while every server of the name is dead', async () => {
    const scene = new Scene(3);
    for (const server of scene.servers) server.stop();
    await scene.start({ 'source.ntp.p1': { ...table(NAME), 'poll-max': '64s' } });
    await scene.pass(120);
    const requests = () => (scene.hub.report.detail('ntp.p1')!.inspect as { readonly requests: number }).requests;
    const before = requests();
    const told = scene.events.length;
    await scene.pass(640);
    expect(scene.events.slice(told).map(({ text }) => text)).to.deep.equal([]);
    expect(requests() - before).to.be.within(8, 12);
  });

  it('with `refresh`: those that left the name are replaced while they answer, the others kept, one after the other', async () => {
    const scene = new Scene(6);
    scene.answer(1, 2, 3, 4);
    const tables = Object.fromEntries(
      Object.entries(sources(4)).map(([id, options]) => [id, { ...options, refresh: '10min' }]),
    );
    await scene.start(tables);
    await scene.pass(60);
    const before = scene.asked;
    scene.answer(1, 2, 5, 6);
    await scene.pass(60);
    expect(scene.asked).to.deep.equal(before);
    await scene.pass(1200);
    for (const [id, n] of Object.entries(before)) expect(scene.asked[id]).to.be.oneOf(n <= 2 ? [n] : [5, 6]);
    expect(Object.values(scene.asked).sort()).to.deep.equal([1, 2, 5, 6]);
    const changes = scene.events.filter(({ text }) => text.startsWith('asks '));
    expect(changes).to.have.length(2);
    for (const { text } of changes)
      expect(text).to.match(/\(10.0.0.[34]\) is no longer among the addresses of the name$/);
    expect(changes[0]!.at).not.to.equal(changes[1]!.at);
    expect(scene.hub.report.status().mode).to.equal('tracking');
  });

  it('keep a server that left the name while the name has no other', async () => {
    const scene = new Scene(2);
    await scene.start(
      Object.fromEntries(Object.keys(sources(1)).map((id) => [id, { ...table(NAME), refresh: '1min' }])),
    );
    await scene.pass(30);
    scene.host.fabric.names.delete(NAME);
    await scene.pass(600);
    expect(scene.asked['ntp.p1']).to.equal(1);
    expect(scene.states).to.deep.equal(['combined']);
    expect(scene.events.filter(({ text }) => text.startsWith('asks '))).to.deep.equal([]);
  });
});
