import { expect } from 'chai';
import { machine } from '../host/machine.js';
import { type HubConfig, loadConfig, type Problem } from '../kernel/config/index.js';
import { ReloadOutcomes } from '../kernel/events/reload-outcomes.js';
import { MetricStore } from '../kernel/metrics.js';
import type { LoadedHub } from './load-hub.js';
import { Reload } from './reload.js';

async function setUp() {
  const types = { types: new Map(), failures: new Map() };
  const loaded = await loadConfig({ path: 'hub.toml', text: '[hub]\nfree-run = true\n' }, async () => types, machine);
  const config = loaded.config as HubConfig;
  const good: LoadedHub = { ...loaded, config, plans: [], problems: undefined };
  const events: string[] = [];
  const logged: string[] = [];
  const notified: string[] = [];
  const timers: (() => void)[] = [];
  const metrics = new MetricStore();
  const reloads = new ReloadOutcomes(metrics, ({ text }) => events.push(text));
  let load = async (): Promise<LoadedHub> => good;
  let apply = async (): Promise<void> => {};
  const log = { debug() {}, info: (text: string) => logged.push(text), warn: (text: string) => logged.push(text) };
  const host = {
    notify: (state: string) => notified.push(state),
    after: (_ns: number, handler: () => void) => {
      timers.push(handler);
      return { cancel() {} };
    },
  };
  const hub = { reload: () => apply(), reloads };
  const reload = new Reload({ config, hub, host, log, load: () => load() });
  const counted = (result: string) =>
    metrics.samples()[0]!.values.find(({ labels }) => labels.result === result)!.value;
  return {
    ...{ reload, reloads, events, logged, notified, timers, counted, good },
    loads: (next: typeof load) => {
      load = next;
    },
    applies: (next: typeof apply) => {
      apply = next;
    },
  };
}

describe('a reload', () => {
  for (const thrown of [
    Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' }),
    new TypeError('x'),
  ]) {
    it(`that fails with ${thrown.name} is shown until one succeeds`, async () => {
      const bench = await setUp();
      bench.loads(() => Promise.reject(thrown));
      await bench.reload.run();
      expect(bench.reloads.note).to.equal(
        `the present configuration stays: hub.toml cannot be read: ${thrown.message}`,
      );
      expect(bench.logged).to.deep.equal([bench.reloads.note]);
      expect(bench.events).to.deep.equal([bench.reloads.note]);
      expect(bench.counted('failed')).to.equal(1);
      bench.loads(async () => bench.good);
      await bench.reload.run();
      expect(bench.reloads.note).to.equal('');
      expect(bench.counted('applied')).to.equal(1);
    });
  }

  it('of a configuration with problems names the first and the command that lists all', async () => {
    const bench = await setUp();
    const problem = (message: string): Problem => ({
      ...{ code: 'TH_CFG_SYNTAX', severity: 'error', file: 'hub.toml', span: undefined, hint: undefined, message },
    });
    bench.loads(async () => ({ problems: [problem('first'), problem('second')], warnings: [], files: [] }));
    await bench.reload.run();
    expect(bench.reloads.note).to.match(/first.*, and 1 more: "timehub check-config hub.toml" lists them$/);
    expect(bench.logged[0]).to.match(/first.*\n.*second/);
  });

  it('that the hub cannot apply in part is reported, and the next one is tried', async () => {
    const bench = await setUp();
    bench.applies(() => Promise.reject(new Error('a part failed')));
    await bench.reload.run();
    expect(bench.reloads.note).to.equal('hub.toml is in force, but a part of it could not be applied: a part failed');
    bench.applies(async () => {});
    await bench.reload.run();
    expect(bench.reloads.note).to.equal('');
  });

  it('is given up when a plugin does not load in 30 s', async () => {
    const bench = await setUp();
    bench.loads(() => new Promise(() => {}));
    const run = bench.reload.run();
    for (const expire of bench.timers) expire();
    await run;
    expect(bench.reloads.note).to.match(/takes longer than 30 s to load$/);
  });

  it('reports its begin and its end to the service manager, even if it fails', async () => {
    const bench = await setUp();
    bench.loads(() => Promise.reject(new Error('x')));
    await bench.reload.run();
    expect(bench.notified[0]).to.match(/^RELOADING=1\nMONOTONIC_USEC=\d+$/);
    expect(bench.notified[1]).to.equal('READY=1');
  });
});
