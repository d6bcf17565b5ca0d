import { expect } from 'chai';
import { defineSink, defineSource, NS_PER_S, type PluginDefinition, type Running } from '../api/index.js';
import { createLabHost } from '../lab/host.js';
import { planOf } from '../lab/plan-instance.js';
import { assembleHub } from './assembly/assemble.js';
import { ABORT, STATE_STORE } from './assembly/tokens.js';
import type { ConfigDifference, InstancePlan } from './config/index.js';
import { NO_STATE } from './saved-state/state-file.js';

const S = NS_PER_S;
const schema = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } } as const;
const options = { prefer: false, trust: false, require: false, noselect: false, offsetNs: 0, asymmetryNs: 0 };
const nothing: ConfigDifference = { added: [], removed: [], changed: [], retuned: [], kept: [], hub: false };
const forever = () => new Promise<never>(() => {});

function setUp(state = NO_STATE) {
  const host = createLabHost();
  const done: string[] = [];
  let elapsedS = 0;
  const core = { minAgreeing: 1, maxErrorNs: 1e9, trackingErrorNs: 1e7 };
  const hub = assembleHub(host, core, (parts) => parts.value(STATE_STORE, state).value(ABORT, () => {}));
  /** An instance that notes what it does; `behaviour` replaces parts of it. */
  const plan = (id: string, behaviour: Partial<Running<unknown>> = {}, kind = 'source'): InstancePlan => {
    const parts = {
      ...({ type: 'x', summary: '', stability: 'beta', needs: [], config: schema } as const),
      create: () => ({
        start: async () => void done.push(`${id} starts`),
        stop: async () => void done.push(`${id} stops`),
        ...behaviour,
      }),
    };
    const definition: PluginDefinition = kind === 'sink' ? defineSink(parts) : defineSource(parts);
    return planOf(id, definition, {}, options);
  };
  /** Virtual time until `work` is done, s. */
  const duration = async (work: Promise<void>): Promise<number> => {
    const start = host.monotonic();
    let end: bigint | undefined;
    void work.then(() => {
      end = host.monotonic();
    });
    for (let n = 0; n < 1000 && end === undefined; n++) {
      elapsedS += 0.1;
      await host.run(elapsedS * S);
    }
    return Number((end ?? host.monotonic()) - start) / S;
  };
  const stateOf = (id: string) => hub.report.detail(id)?.instance.state;
  return { host, hub, done, plan, duration, stateOf };
}

describe('the life of a hub', () => {
  it('goes on to the other instances when one does not start', async () => {
    const { hub, done, plan, duration, stateOf } = setUp();
    const plans = [plan('x.stuck', { start: forever }, 'sink'), plan('x.stuck2', { start: forever }), plan('x.good')];
    expect(await duration(hub.start(plans))).to.be.at.most(10.2);
    expect(done).to.deep.equal(['x.good starts']);
    expect(stateOf('x.stuck2')).to.equal('starting');
  });

  it('starts without a saved state when the disk does not deliver it', async () => {
    const { hub, done, plan, duration } = setUp({ ...NO_STATE, load: forever });
    expect(await duration(hub.start([plan('x.good')]))).to.be.at.most(2.2);
    expect(done).to.deep.equal(['x.good starts']);
  });

  it('ends in 4 s though a disk, a source and a sink hang, and stops the others before', async () => {
    const { hub, done, plan, duration } = setUp({ ...NO_STATE, save: forever });
    const plans = [
      plan('x.stuck', { stop: forever }),
      plan('x.good'),
      plan('x.stuck-sink', { stop: forever }, 'sink'),
      plan('x.good-sink', {}, 'sink'),
    ];
    await duration(hub.start(plans));
    done.length = 0;
    expect(await duration(hub.stop())).to.be.at.most(4.2);
    expect(done).to.deep.equal(['x.good stops', 'x.good-sink stops']);
  });

  it('starts no source once it was stopped', async () => {
    const { hub, done, plan, duration } = setUp();
    const start = hub.start([plan('x.slow', { start: forever }, 'sink'), plan('x.source')]);
    await duration(hub.stop());
    await duration(start);
    expect(done).not.to.include('x.source starts');
  });

  it('changes all other instances when one throws in its start or its stop', async () => {
    const { hub, done, plan, duration, stateOf } = setUp();
    const fails = () => {
      throw new TypeError('not foreseen');
    };
    await duration(hub.start([plan('x.a', { stop: fails }), plan('x.b'), plan('x.c')]));
    done.length = 0;
    const next = [plan('x.b'), plan('x.d', { start: fails }), plan('x.e')];
    const difference = { ...nothing, removed: ['x.a', 'x.c'], changed: ['x.b'], added: ['x.d', 'x.e'] };
    await duration(hub.reload(next, difference));
    expect(done).to.include.members(['x.c stops', 'x.b starts', 'x.e starts']);
    expect([stateOf('x.a'), stateOf('x.b'), stateOf('x.d'), stateOf('x.e')]).to.deep.equal([
      undefined,
      'running',
      'failed',
      'running',
    ]);
  });

  it('accepts a difference that removes or changes instances that do not run', async () => {
    const { hub, plan, duration, stateOf } = setUp();
    await duration(hub.start([plan('x.a')]));
    await duration(hub.reload([plan('x.b')], { ...nothing, removed: ['x.a', 'x.gone'], changed: ['x.b'] }));
    expect([stateOf('x.a'), stateOf('x.b')]).to.deep.equal([undefined, 'running']);
  });

  it('restarts an instance whose own reload throws', async () => {
    const { hub, done, plan, duration, stateOf } = setUp();
    const fails = () => {
      throw new TypeError('not foreseen');
    };
    const own = plan('x.a', { reload: fails });
    await duration(hub.start([own]));
    done.length = 0;
    await duration(hub.reload([{ ...own, config: { other: true } }], { ...nothing, changed: ['x.a'] }));
    expect(done).to.deep.equal(['x.a stops', 'x.a starts']);
    expect(stateOf('x.a')).to.equal('running');
  });

  it('changes no instance any more once it was stopped', async () => {
    const { hub, done, plan, duration } = setUp();
    await duration(hub.start([plan('x.a', { stop: forever })]));
    const reload = hub.reload([plan('x.b')], { ...nothing, removed: ['x.a'], added: ['x.b'] });
    await duration(hub.stop());
    await duration(reload);
    expect(done).not.to.include('x.b starts');
  });
});
