import { expect } from 'chai';
import { defineSource, HubError, NS_PER_S, type Running } from '../../api/index.js';
import { createLabHost } from '../../lab/host.js';
import { planOf } from '../../lab/plan-instance.js';
import type { InstancePlan } from '../config/index.js';
import { Instance, type InstanceServices } from './instance.js';
import type { Scope } from './scope.js';

const S = NS_PER_S;
const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const;

function setUp(running: (scope: Scope) => Partial<Running<unknown>>, plan: Partial<InstancePlan> = {}) {
  const host = createLabHost();
  const aborted: Error[] = [];
  const states: string[] = [];
  let runs = 0;
  const services: InstanceServices = {
    host,
    create: (_plan, scope) => {
      runs++;
      return { start: async () => {}, stop: async () => {}, ...running(scope) };
    },
    changed: (instance) => states.push(instance.state),
    abort: (error) => aborted.push(error),
  };
  const definition = defineSource({
    type: 'x',
    summary: '',
    stability: 'beta',
    needs: [],
    config: schema,
    create: () => ({}) as never,
  });
  const instance = new Instance({ ...planOf('x.y', definition, {}), ...plan }, services);
  return { host, instance, states, aborted, runs: () => runs };
}

describe('an instance', () => {
  it('starts, runs and stops', async () => {
    const { instance, states } = setUp(() => ({}));
    await instance.start();
    await instance.stop();
    expect(states).to.deep.equal(['starting', 'running', 'stopping', 'stopped']);
  });

  it('that cannot start is retried after 1 s, 2 s, 4 s and so on up to a minute', async () => {
    const { host, instance, runs } = setUp(() => ({
      start: async () => Promise.reject(new HubError('TH_NET_PORT_BUSY', 'port 123 is taken')),
    }));
    await instance.start();
    expect(instance.report()).to.include({ state: 'failed', reason: 'port 123 is taken; tries again in 1 s' });
    await host.run(1.5 * S);
    expect(runs()).to.equal(2);
    await host.run(2.9 * S);
    expect(runs()).to.equal(2);
    await host.run(3.5 * S);
    expect(runs()).to.equal(3);
    await host.run(600 * S);
    expect(instance.reason).to.match(/tries again in 60 s$/);
  });

  it('that ran for half a minute is tried again after the shortest delay', async () => {
    let current: Scope | undefined;
    const { host, instance } = setUp((scope) => {
      current = scope;
      return {};
    });
    await instance.start();
    for (let n = 0; n < 3; n++) {
      current!.crash(new Error('boom'));
      await host.run(host.nowNs + 10 * S);
    }
    await host.run(host.nowNs + 32 * S);
    current!.crash(new Error('boom'));
    expect(instance.reason).to.equal('boom; tries again in 1 s');
  });

  it('that waits for a device starts when it is there, even after many failures', async () => {
    let isThere = false;
    const gone = new HubError('TH_NET_INTERFACE', 'there is no vA', { isOver: () => isThere });
    const { host, instance, runs } = setUp(() => ({
      start: async () => (isThere ? undefined : Promise.reject(gone)),
    }));
    await instance.start();
    await host.run(200 * S);
    expect(instance.reason).to.equal('there is no vA; tries again in 60 s, or as soon as that is over');
    const before = runs();
    isThere = true;
    await host.run(host.nowNs + 2 * S);
    expect(runs()).to.equal(before + 1);
    expect(instance.state).to.equal('running');
  });

  it('whose fault was already over when it failed is retried after the usual time', async () => {
    const { host, instance, runs } = setUp(() => ({
      start: async () => Promise.reject(new HubError('TH_NET_INTERFACE', 'no vA', { isOver: () => true })),
    }));
    await instance.start();
    await host.run(100 * S);
    expect(runs()).to.equal(7);
    expect(instance.reason).to.equal('no vA; tries again in 60 s');
  });

  it('does not check a fault after its stop, and a check that throws counts as no', async () => {
    let asked = 0;
    const isOver = (): boolean => {
      asked++;
      throw new Error('no answer');
    };
    const { host, instance } = setUp(() => ({
      start: async () => Promise.reject(new HubError('TH_NET_INTERFACE', 'no vA', { isOver })),
    }));
    await instance.start();
    await host.run(20 * S);
    expect(asked).to.be.above(10);
    await instance.stop();
    const before = asked;
    await host.run(40 * S);
    expect(asked).to.equal(before);
  });

  it('whose device is taken away and given back again and again waits a second each time', async () => {
    let current: Scope | undefined;
    let isThere = true;
    const { host, instance } = setUp((scope) => {
      current = scope;
      return { start: async () => (isThere ? undefined : Promise.reject(new Error('no device'))) };
    });
    await instance.start();
    for (let n = 0; n < 8; n++) {
      await host.run(host.nowNs + 6 * S);
      isThere = false;
      current!.crash(new HubError('TH_CLOCK_GONE', 'gone', { isOver: () => isThere }));
      expect(instance.reason).to.contain('tries again in 1 s');
      isThere = true;
      await host.run(host.nowNs + 2 * S);
      expect(instance.state).to.equal('running');
    }
  });

  it('waits a second after each fault that is already over, too, when it has run for a while between', async () => {
    let current: Scope | undefined;
    const { host, instance } = setUp((scope) => {
      current = scope;
      return {};
    });
    await instance.start();
    for (let n = 0; n < 8; n++) {
      await host.run(host.nowNs + 8 * S);
      current!.crash(new HubError('TH_NET_INTERFACE_REPLACED', 'made again', { isOver: () => true }));
      expect(instance.reason).to.equal('made again; tries again in 1 s');
    }
  });

  it('starts again only when the old run has ended', async () => {
    let crash = (): void => {};
    let letGo = (): void => {};
    const { host, instance, runs } = setUp((scope) => {
      crash = () => scope.crash(new Error('boom'));
      return { stop: () => new Promise((resolve) => (letGo = resolve)) };
    });
    await instance.start();
    crash();
    await host.run(2 * S);
    expect(runs()).to.equal(1);
    letGo();
    await host.run(2.1 * S);
    expect(runs()).to.equal(2);
  });

  it('restarts without a delay once the old run has ended', async () => {
    let letGo = (): void => {};
    const { host, instance, runs } = setUp(() => ({ stop: () => new Promise((resolve) => (letGo = resolve)) }));
    await instance.start();
    const restarted = instance.restart();
    expect(instance.state).to.equal('starting');
    expect(runs()).to.equal(1);
    letGo();
    await host.run(S);
    await restarted;
    expect(instance.report()).to.include({ state: 'running', restarts: 0 });
    expect(runs()).to.equal(2);
  });

  it('that waits for a retry restarts at once', async () => {
    let crash = (): void => {};
    const { host, instance, runs } = setUp((scope) => {
      crash = () => scope.crash(new Error('boom'));
      return {};
    });
    await instance.start();
    crash();
    expect(instance.state).to.equal('failed');
    await instance.restart();
    expect(runs()).to.equal(2);
    await host.run(10 * S);
    expect(runs()).to.equal(2);
  });

  it('that was stopped, or is stopping, is not started again', async () => {
    let letGo = (): void => {};
    const { instance, runs } = setUp(() => ({ stop: () => new Promise((resolve) => (letGo = resolve)) }));
    await instance.start();
    const [restarted, stopped] = [instance.restart(), instance.stop()];
    letGo();
    await Promise.all([restarted, stopped]);
    await instance.restart();
    expect(instance.state).to.equal('stopped');
    expect(runs()).to.equal(1);
  });

  it('that does not stop in time is dropped', async () => {
    let scope: Scope | undefined;
    const { host, instance } = setUp((own) => {
      scope = own;
      return { stop: () => new Promise(() => {}) };
    });
    await instance.start();
    const stopped = instance.stop();
    await host.run(6 * S);
    await stopped;
    expect(instance.state).to.equal('stopped');
    expect(scope!.signal.aborted).to.equal(true);
  });

  it('that was refused is not retried', async () => {
    const { host, instance, runs } = setUp(() => ({
      start: async () => Promise.reject(new HubError('TH_PLUGIN_REFUSED', 'no such profile')),
    }));
    await instance.start();
    await host.run(300 * S);
    expect(instance.report()).to.include({ state: 'refused', reason: 'no such profile' });
    expect(runs()).to.equal(1);
  });

  it('ends the hub with on-error = "abort"', async () => {
    const { instance, aborted } = setUp(() => ({ start: async () => Promise.reject(new Error('boom')) }), {
      onError: 'abort',
    });
    await instance.start();
    expect(aborted.map((error) => error.message)).to.deep.equal(['boom']);
  });

  it('is not affected by a run that has ended', async () => {
    const scopes: Scope[] = [];
    const { host, instance } = setUp((scope) => {
      scopes.push(scope);
      return {};
    });
    await instance.start();
    scopes[0]!.crash(new Error('first'));
    await host.run(2 * S);
    scopes[0]!.crash(new Error('a late echo'));
    expect(instance.state).to.equal('running');
  });
});
