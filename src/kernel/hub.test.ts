import { expect } from 'chai';
import {
  type Discipline,
  defineSink,
  defineSource,
  HubError,
  NS_PER_S,
  type PluginDefinition,
  type SinkContext,
  type SourceContext,
  type StepPolicy,
  type TimeState,
} from '../api/index.js';
import { createLabHost, type LabHostOptions } from '../lab/host.js';
import { planOf } from '../lab/plan-instance.js';
import { assembleHub } from './assembly/assemble.js';
import { ABORT, EVENT_LOG, LOG } from './assembly/tokens.js';
import { NO_EVENT_LOG } from './event-log/event-log.js';
import type { Hub } from './hub.js';

const S = NS_PER_S;
const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const;
const options = { prefer: false, trust: false, require: false, noselect: false, offsetNs: 0, asymmetryNs: 0 };
const always: StepPolicy = {
  thresholdNs: 1e6,
  updates: Number.POSITIVE_INFINITY,
  panicNs: 1e12,
  panicAtStart: true,
  maxSlewPpb: 500_000,
};

type Poll = (context: SourceContext) => void;

function setUp(lab: LabHostOptions = {}, eventLog = NO_EVENT_LOG) {
  const host = createLabHost({ clock: { offsetNs: 2e6 }, ...lab });
  const heard: string[] = [];
  const warned: string[] = [];
  const log = (id: string) => ({
    debug() {},
    info: (text: string) => heard.push(`${id} ${text}`),
    warn: (text: string) => {
      heard.push(`${id} ${text}`);
      warned.push(`${id} ${text}`);
    },
  });
  const core = { minAgreeing: 1, maxErrorNs: 1e9, trackingErrorNs: 1e7 };
  const aborted: Error[] = [];
  const hub = assembleHub(host, core, (parts) =>
    parts
      .value(EVENT_LOG, eventLog)
      .value(LOG, log)
      .value(ABORT, (error) => aborted.push(error)),
  );
  /** A source that knows the truth and says it once a second, after what the test wants it to do. */
  const truthful = (poll: Poll = () => {}) =>
    defineSource({
      type: 'truth',
      summary: '',
      stability: 'beta',
      needs: [],
      config: schema,
      create: (_config, context) => {
        const again = (): void => {
          context.after(S, again);
          poll(context);
          const { monotonic } = context.read('system');
          const { id } = context;
          context.report({
            claims: { synchronised: true, stratum: 1, rootDispersionNs: 1000, address: id, reference: id },
            observations: [
              {
                kind: 'reading',
                clock: 'system',
                monotonic,
                stamp: 'kernel',
                noiseFloorNs: 1000,
                offsetNs: host.errorNs('system'),
              },
            ],
          });
        };
        return { start: async () => again(), stop: async () => {} };
      },
    });
  const sinkOf = (start: (context: SinkContext) => void) =>
    defineSink({
      type: 'x',
      summary: '',
      stability: 'beta',
      needs: [],
      config: schema,
      create: (_c, context) => ({ start: async () => start(context), stop: async () => {} }),
    });
  const plan = (id: string, definition: PluginDefinition, config: unknown = {}) =>
    planOf(id, definition, config, options);
  return { host, hub, heard, warned, aborted, truthful, sinkOf, plan };
}

const sample = (hub: Hub, name: string) => hub.report.metrics().find((one) => one.name === name)?.values;

describe('the hub in the lab', () => {
  it('follows its sources and reports it', async () => {
    const { host, hub, heard, truthful, plan } = setUp();
    await hub.start([plan('truth.a', truthful()), plan('truth.b', truthful())]);
    await host.run(20 * S);
    const status = hub.report.status();
    expect(status.mode).to.equal('tracking');
    expect(status.clocks[0]!.offsetNs).to.be.closeTo(2e6, 5000);
    expect(status.sources.map((source) => source.state)).to.deep.equal(['combined', 'combined']);
    expect(heard.join('\n')).to.match(/hub is tracking: /);
  });

  it('reports a few changes of a flapping source, then counts them, and always reports its last state', async () => {
    const { host, hub, heard, warned, truthful, plan } = setUp();
    let polls = 0;
    const flapping = truthful((context) => {
      const isDown = polls < 100 && polls++ % 4 === 0;
      context.health(isDown ? 'degraded' : 'ok', isDown ? `no fix: ${polls} satellites` : 'a fix');
      if (isDown) context.unreachable('no fix');
      context.log.info(isDown ? 'lost' : 'found');
    });
    await hub.start([plan('truth.a', flapping)]);
    await host.run(100 * S);
    const during = heard.length;
    await host.run(150 * S);
    expect(during).to.be.below(50);
    expect(heard.length - during).to.be.below(8);
    const of = (lines: readonly string[], id: string) => lines.filter((line) => line.startsWith(`${id} `));
    expect(of(heard, 'truth.a').some((line) => /changed \d+ more times in .*, last: /.test(line))).to.equal(true);
    expect(of(heard, 'hub').at(-1)).to.include('is tracking');
    expect(of(warned, 'truth.a').some((line) => line.includes('is degraded: no fix'))).to.equal(true);
    expect(of(warned, 'hub').some((line) => line.includes('is holdover'))).to.equal(true);
    expect(hub.report.events().length).to.be.below(60);
  });

  it('hands the saved value of an instance to its next run only', async () => {
    const { host, hub, plan, sinkOf } = setUp();
    const found: Record<string, unknown[]> = { 'x.a': [], 'x.b': [] };
    const keeping = sinkOf((context) => {
      found[context.id]!.push(context.remembered);
      if (context.id === 'x.a') context.remember({ runs: found[context.id]!.length });
      context.after(S, () => context.fail(new Error('again')));
    });
    await hub.start([plan('x.a', keeping), plan('x.b', keeping)]);
    await host.run(4.5 * S);
    expect(found).to.deep.equal({ 'x.a': [undefined, { runs: 1 }], 'x.b': [undefined, undefined] });
  });

  it('distinguishes a sleep from a step, and starts its sources again', async () => {
    const inputs: { type: string; monotonic: bigint }[] = [];
    const eventLog = { ...NO_EVENT_LOG, write: (record: object) => void inputs.push(record as (typeof inputs)[0]) };
    const { host, hub, heard, truthful, plan } = setUp({}, eventLog);
    let starts = 0;
    const counting: typeof truthful = (poll) => {
      const definition = truthful(poll);
      const create: typeof definition.create = (config, context) => {
        starts++;
        return definition.create(config, context);
      };
      return { ...definition, create };
    };
    await hub.start([plan('truth.a', counting()), plan('truth.b', counting())]);
    host.scheduler.at(20.5 * S, () => host.suspend(3600 * S, 400e6));
    await host.run(3620 * S);
    expect(starts).to.equal(2);
    await host.run(3622 * S);
    expect(starts).to.equal(4);
    expect(hub.report.state().mode).to.equal('unsynchronised');
    await host.run(3640 * S);
    expect(hub.report.status().mode).to.equal('tracking');
    expect(hub.report.status().clocks[0]!.offsetNs).to.be.closeTo(402e6, 5000);
    expect(inputs.filter(({ type }) => type === 'slept')).to.deep.equal([
      { type: 'slept', sleptNs: 3600 * S - 400e6, monotonic: inputs.find(({ type }) => type === 'slept')!.monotonic },
    ]);
    expect(inputs.filter(({ type }) => type === 'stepped')).to.deep.equal([]);
    expect(heard.join('\n')).to.match(/system may be wrong because the machine slept for 60 min/);
    expect(sample(hub, 'timehub_sleeps_total')).to.deep.equal([{ labels: {}, value: 1 }]);
  });

  it('sees a step of the clock at the wake besides the sleep', async () => {
    const inputs: { type: string }[] = [];
    const eventLog = { ...NO_EVENT_LOG, write: (record: object) => void inputs.push(record as (typeof inputs)[0]) };
    const { host, hub, truthful, plan } = setUp({}, eventLog);
    await hub.start([plan('truth.a', truthful())]);
    host.scheduler.at(20.5 * S, () => host.suspend(3600 * S, 0));
    host.scheduler.at(3620.6 * S, () => host.clocks[0].shift(-7200 * S));
    await host.run(3640 * S);
    const seen = inputs.filter(({ type }) => type === 'slept' || type === 'stepped');
    expect(seen.map(({ type }) => type)).to.deep.equal(['slept', 'stepped']);
    expect(seen[1]).to.include({ deltaNs: -7200 * S, byUs: false });
    expect(hub.report.status().clocks[0]!.offsetNs).to.be.closeTo(7200 * S + 2e6, 5000);
  });

  it('never shows a state from before a step', async () => {
    const { host, hub, truthful, plan } = setUp();
    await hub.start([plan('truth.a', truthful())]);
    await host.run(20.5 * S);
    host.clocks[0].shift(50e6);
    expect(hub.report.state().clocks[0]!.offsetNs).to.be.closeTo(-48e6, 5000);
    expect(sample(hub, 'timehub_steps_total')).to.deep.equal([
      { labels: { id: 'system', by: 'hub' }, value: 0 },
      { labels: { id: 'system', by: 'others' }, value: 1 },
    ]);
  });

  it('logs a jump that a source reports, and widens its bound until the source reports again', async () => {
    const inputs: object[] = [];
    const { host, hub, truthful, plan } = setUp({}, { ...NO_EVENT_LOG, write: (record) => void inputs.push(record) });
    let context: SourceContext | undefined;
    await hub.start([
      plan(
        'truth.a',
        truthful((its) => {
          context = its;
        }),
      ),
    ]);
    await host.run(20.5 * S);
    const boundNs = () => hub.report.state().clocks[0]!.boundNs;
    expect(boundNs()).to.be.below(1e6);
    context!.discontinuity('The grandmaster was set.', 3e6);
    expect(boundNs()).to.be.within(18e6, 19e6);
    context!.discontinuity('It was set again.', Number.NaN);
    expect(boundNs()).to.be.above(1e18);
    expect(inputs.filter((input) => 'reason' in input && 'id' in input && !('text' in input))).to.deep.equal([
      {
        type: 'discontinuity',
        id: 'truth.a',
        reason: 'The grandmaster was set.',
        jumpNs: 3e6,
        monotonic: host.monotonic(),
      },
      { type: 'discontinuity', id: 'truth.a', reason: 'It was set again.', monotonic: host.monotonic() },
    ]);
    await host.run(22 * S);
    expect(boundNs()).to.be.below(1e6);
  });

  it('restarts a source that throws from a timer, and only that', async () => {
    const { host, hub, heard, truthful, plan } = setUp();
    let polls = 0;
    let steady = 0;
    const crashing = truthful(() => {
      if (++polls === 5) throw new Error('boom');
    });
    await hub.start([
      plan(
        'truth.a',
        truthful(() => void steady++),
      ),
      plan('truth.bad', crashing),
    ]);
    await host.run(4.5 * S);
    expect(heard.join('\n')).to.match(/truth\.bad is failed: boom; tries again in 1 s/);
    expect(hub.report.status().sources[1]).to.include({ id: 'truth.bad', state: 'unreachable', lifecycle: 'failed' });
    await host.run(10 * S);
    expect(steady).to.equal(11);
    expect(polls).to.be.greaterThan(8);
    expect(hub.report.detail('truth.bad')!.instance).to.include({ state: 'running', restarts: 1 });
  });

  it('refuses numbers that would make the estimator useless, and stops their source', async () => {
    const { host, hub, truthful, plan } = setUp();
    const poisonous = truthful((context) => {
      context.report({
        observations: [
          {
            kind: 'reading',
            clock: 'system',
            monotonic: context.monotonic(),
            stamp: 'kernel',
            noiseFloorNs: 1,
            offsetNs: Number.NaN,
          },
        ],
      });
    });
    await hub.start([plan('truth.a', truthful()), plan('truth.nan', poisonous)]);
    await host.run(20 * S);
    expect(hub.report.detail('truth.nan')!.instance.reason).to.match(/handed over a reading whose offset is NaN/);
    expect(hub.report.status().mode).to.equal('tracking');
  });

  it('shows the reason of a source whose device vanished, and uses it again when the device returns', async () => {
    const { host, hub, truthful, plan } = setUp();
    let plugged = true;
    const device = truthful((context) => {
      if (!plugged) context.fail(new HubError('TH_GPSD_UNREACHABLE', 'the receiver /dev/ttyACM0 was unplugged'));
    });
    await hub.start([plan('truth.dev', device)]);
    await host.run(20 * S);
    plugged = false;
    await host.run(30 * S);
    expect(hub.report.status().sources[0]!.reason).to.match(/receiver \/dev\/ttyACM0 was unplugged/);
    expect(hub.report.status().mode).to.equal('holdover');
    plugged = true;
    await host.run(120 * S);
    expect(hub.report.status().mode).to.equal('tracking');
  });

  it('reloads what changed and keeps the rest running', async () => {
    const { host, hub, truthful, plan } = setUp();
    const starts: string[] = [];
    const noted = (definition: PluginDefinition): PluginDefinition => ({
      ...definition,
      create: (config: never, context: never) => {
        starts.push((context as SourceContext).id);
        return definition.create(config, context);
      },
    });
    const source = noted(truthful());
    await hub.start([plan('truth.a', source), plan('truth.b', source), plan('truth.c', source)]);
    await host.run(10 * S);
    starts.length = 0;
    const next = [plan('truth.a', source), plan('truth.b', source, { changed: true }), plan('truth.d', source)];
    await hub.reload(next, {
      added: ['truth.d'],
      removed: ['truth.c'],
      changed: ['truth.b'],
      retuned: [],
      kept: ['truth.a'],
      hub: false,
    });
    await host.run(20 * S);
    expect(starts).to.deep.equal(['truth.b', 'truth.d']);
    expect(hub.report.status().sources.map(({ id }) => id)).to.deep.equal(['truth.a', 'truth.b', 'truth.d']);
    expect(hub.report.status().mode).to.equal('tracking');
  });

  it('lets a served clock degrade before it disappears', async () => {
    const { host, hub, truthful, sinkOf, plan } = setUp();
    let last: TimeState | undefined;
    const server = sinkOf((context) => context.onState((state) => (last = state)));
    await hub.start([plan('truth.a', truthful()), plan('x.server', server)]);
    await host.run(20 * S);
    expect(last!.mode).to.equal('tracking');
    await hub.stop();
    expect(last!.mode).to.equal('holdover');
  });

  it('steers a clock for one sink only, and leaves it when that sink ends', async () => {
    const { host, hub, truthful, sinkOf, plan } = setUp({ clock: { offsetNs: 2e6, frequencyPpb: 20_000 } });
    const refusals: string[] = [];
    const held: Discipline[] = [];
    const steering = sinkOf((context) => {
      try {
        held.push(context.discipline('system', always));
      } catch (error) {
        refusals.push((error as HubError).code);
      }
    });
    await hub.start([plan('truth.a', truthful()), plan('x.first', steering), plan('x.second', steering)]);
    expect(refusals).to.deep.equal(['TH_CLOCK_OWNED']);
    await host.run(60 * S);
    expect(Math.abs(host.errorNs('system'))).to.be.lessThan(5000);
    expect(hub.report.status().clocks[0]!.steered).to.equal(true);
    await hub.stop();
    expect(hub.report.status().clocks[0]!.steered).to.equal(false);
  });

  it('leaves a clock that it was slewing at its best rate', async () => {
    const { host, hub, truthful, sinkOf, plan } = setUp({ clock: { offsetNs: 2e8, frequencyPpb: 20_000 } });
    const slewing = sinkOf((context) => void context.discipline('system', { ...always, thresholdNs: 1e12 }));
    await hub.start([plan('truth.a', truthful()), plan('x.clock', slewing)]);
    await host.run(60 * S);
    expect(host.clocks[0].frequencyPpb()).to.be.greaterThan(400_000);
    await hub.stop();
    expect(host.clocks[0].frequencyPpb()).to.be.closeTo(-20_000, 2_000);
  });

  it('sets no clock to a time before 1970, and says what to do', async () => {
    const { host, hub, plan, sinkOf, truthful } = setUp({ phcs: { ptp0: {} } });
    const dateless = truthful((context) => {
      const { time, monotonic } = context.read('phc:ptp0');
      const reading = { kind: 'reading', clock: 'phc:ptp0', monotonic, stamp: 'hardware', noiseFloorNs: 100 } as const;
      const offsetNs = -Number(time) - 60e9;
      context.report({ observations: [{ ...reading, path: 'card', offsetNs, scale: 'tai' }] });
    });
    const steering = sinkOf((context) => {
      context.discipline('phc:ptp0', { ...always, panicNs: Number.POSITIVE_INFINITY });
    });
    await hub.start([plan('truth.a', dateless), plan('x.a', steering)]);
    await host.run(20 * S);
    expect(host.errorNs('phc:ptp0')).to.equal(0);
    const refusals = hub.report.events().filter(({ code }) => code === 'TH_CLOCK_SET');
    expect(refusals.map(({ id }) => id)).to.deep.equal(['phc:ptp0']);
    expect(refusals[0]!.text).to.match(/^the clock could not be set: it would show 1969-12-31, .* steer = false here$/);
    expect(hub.report.status().clocks[1]!.reason).to.equal(refusals[0]!.text);
  });

  it('steers no clock without permission', async () => {
    const { host, hub, truthful, sinkOf, plan } = setUp({
      clock: { offsetNs: 2e6, obstacle: 'this process lacks CAP_SYS_TIME' },
    });
    const refusals: string[] = [];
    const steering = sinkOf((context) => {
      try {
        context.discipline('system', always);
      } catch (error) {
        refusals.push((error as Error).message);
      }
    });
    await hub.start([plan('truth.a', truthful()), plan('x.clock', steering)]);
    await host.run(30 * S);
    expect(refusals).to.deep.equal(['this process lacks CAP_SYS_TIME']);
    expect(host.errorNs('system')).to.be.closeTo(2e6, 1);
  });

  it('notices another program’s step within a second and goes on', async () => {
    const { host, hub, heard, truthful, plan } = setUp();
    await hub.start([plan('truth.a', truthful())]);
    await host.run(20 * S);
    host.clocks[0].step(5e8);
    await host.run(21.1 * S);
    expect(heard.join('\n')).to.match(/system was stepped forward by 500 ms by another program/);
    expect(hub.report.status().clocks[0]!.offsetNs).to.be.closeTo(2e6 - 5e8, 10_000);
    expect(hub.report.status().mode).to.equal('tracking');
  });
});
