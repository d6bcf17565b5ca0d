import { expect } from 'chai';
import { defineSink, defineSource, duration, NS_PER_S, type Observation, type Running, table } from 'timehub/api';
import { checkContract, createInstance, createLabHost, fakeSink, fakeSource, timeStateOf } from './index.js';

const idle: Running<unknown> = { start: async () => {}, stop: async () => {} };
const config = table({ interval: duration() });
const base = { type: 'x', summary: '', stability: 'experimental', needs: [], config } as const;

/** Reads the system clock at each interval and finds it right. */
const ticking = defineSource({
  ...base,
  create({ interval }, context) {
    const count = context.metrics.counter('readings_total', 'Readings');
    const tick = (): void => {
      context.after(interval, tick);
      const { monotonic } = context.read('system');
      const common = { clock: 'system', monotonic, stamp: 'user', noiseFloorNs: 1000 } as const;
      context.report({ observations: [{ ...common, kind: 'reading', offsetNs: 0 }] });
      count();
    };
    return { start: async () => tick(), stop: async () => {} };
  },
});

const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => '',
    (error: Error) => error.message,
  );

describe('the contexts for tests of plugins', () => {
  it('let a source run in virtual time and record what it does', async () => {
    const context = fakeSource({ id: 'x.one' });
    const instance = await createInstance(ticking, { interval: '10s' }, context);
    expect(context.record.observations).to.have.length(0);
    await instance.start();
    await context.host.run(30 * NS_PER_S);
    expect(context.record.observations).to.have.length(4);
    expect(context.record.metrics).to.deep.equal({ readings_total: 4 });
  });

  it('end a run as the kernel does: timers stop, sockets close, nothing is recorded any more', async () => {
    const context = fakeSource();
    const instance = await createInstance(ticking, { interval: '1s' }, context);
    await instance.start();
    context.network.unixDatagram({ path: '/run/x.sock' });
    context.end();
    await context.host.run(5 * NS_PER_S);
    context.unreachable('after the end');
    expect(context.record.observations).to.have.length(1);
    expect(context.record.unreachable).to.deep.equal([]);
    expect(context.signal.aborted).to.equal(true);
    // The path is free again.
    context.host.network.unixDatagram({ path: '/run/x.sock' });
  });

  it('refuse what the kernel refuses', () => {
    const { report, monotonic } = fakeSource();
    const observation = { kind: 'reading', clock: 'system', stamp: 'user', noiseFloorNs: 0, offsetNs: 0 } as const;
    const observed: Observation[] = [{ ...observation, monotonic: monotonic() }];
    expect(() => report({ observations: observed })).to.throw('noise floor is 0');
    const claims = { synchronised: true, rootDelayNs: Number.NaN };
    expect(() => report({ claims, observations: [] })).to.throw('rootDelayNs of NaN');
  });

  it('end the virtual time with the error that a handler throws', async () => {
    const { after, host } = fakeSource();
    after(NS_PER_S, () => {
      throw new Error('in a timer');
    });
    expect(await messageOf(host.run(2 * NS_PER_S))).to.equal('in a timer');
  });

  it('name the key of a table that the schema refuses', async () => {
    const made = createInstance(ticking, { interval: 'soon' }, fakeSource());
    expect(await messageOf(made)).to.equal('interval must be a duration such as "64s"');
  });

  it('connect instances on one machine: ordinals, shared values, sockets', async () => {
    const host = createLabHost();
    const [first, second] = [fakeSource({ host, id: 'x.a' }), fakeSource({ host, id: 'x.b' })];
    expect([first.ordinal, second.ordinal]).to.deep.equal([1, 2]);
    expect(second.common(() => 'second')).to.equal(first.common(() => 'first'));
    const heard: string[] = [];
    first.network.unixDatagram({ path: '/run/a' }).onDatagram(({ payload, from }) => heard.push(`${payload} ${from}`));
    second.network.unixDatagram({ path: '/run/b' }).send(Uint8Array.of(7), '/run/a');
    await host.run(1);
    expect(heard).to.deep.equal(['7 /run/b']);
  });

  it('give a sink time states, and the right to steer a clock', () => {
    const context = fakeSink({
      host: createLabHost({ clock: { offsetNs: 5000 } }),
      grant: () => ({ reason: 'slewed' }),
    });
    const modes: string[] = [];
    context.onState(({ mode }) => modes.push(mode));
    expect(context.state().clocks[0]).to.include({ id: 'system', offsetNs: 5000 });
    context.publish(timeStateOf(context.host, { mode: 'holdover' }));
    expect(modes).to.deep.equal(['holdover']);
    const policy = { thresholdNs: 1e8, updates: 3, panicNs: 1e12, panicAtStart: false, maxSlewPpb: 5e5 };
    const discipline = context.discipline('system', policy);
    expect(discipline.reason).to.equal('slewed');
    expect(context.steers.get('system')).to.equal(policy);
    discipline.release();
    expect(context.steers.size).to.equal(0);
    expect(() => context.discipline('phc:ptp7', policy)).to.throw('there is no clock "phc:ptp7"');
  });
});

describe('the check of the contract', () => {
  it('passes a source and a sink that keep it', async () => {
    await checkContract(ticking, { interval: '1s' });
    await checkContract(defineSink({ ...base, create: () => idle }), { interval: '1s' });
  });

  for (const [what, broken, complaint] of [
    [
      'create() that starts a timer',
      defineSource({
        ...base,
        create(_, context) {
          context.after(1, () => {});
          return idle;
        },
      }),
      'create() does no I/O and starts no timer: it uses context.after',
    ],
    [
      'a second stop() that fails',
      defineSource({
        ...base,
        create() {
          let stopped = false;
          const stop = async (): Promise<void> => {
            if (stopped) throw new Error('it was stopped already');
            stopped = true;
          };
          return { start: async () => {}, stop };
        },
      }),
      'stop() twice end without an error: it was stopped already',
    ],
    ['a type that no table can name', defineSource({ ...base, type: 'X.y', create: () => idle }), 'it is "X.y"'],
  ] as const) {
    it(`complains of ${what}`, async () => {
      expect(await messageOf(checkContract(broken, { interval: '1s' }))).to.include(complaint);
    });
  }
});
