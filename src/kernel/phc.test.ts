import { expect } from 'chai';
import { type ClockId, NS_PER_S, type Ns } from '../api/index.js';
import { createLabHost, type LabHost, type LabHostOptions } from '../lab/host.js';
import { addNtpServer } from '../lab/nodes/ntp-node.js';
import { CORE } from '../lab/testing/ntp-client.js';
import { planTables } from '../lab/testing/plans.js';
import { assembleHub } from './assembly/assemble.js';

const LINK = { baseNs: 200e3, jitterNs: 5e3, shape: 'exp', loss: 0 } as const;
const A: ClockId = 'phc:ptp0';
const B: ClockId = 'phc:ptp1';

async function machine(phcs: NonNullable<LabHostOptions['phcs']>, tables: Readonly<Record<string, object>>) {
  const host = createLabHost({ seed: 5, clock: { frequencyPpb: 10_000, offsetNs: 10e6, wander: 1e-10 }, phcs });
  addNtpServer(host, { address: '10.0.0.1', up: LINK, down: LINK });
  const all = {
    'source.ntp.a': { address: '10.0.0.1', 'poll-min': '2s', 'poll-max': '2s' },
    'sink.system-clock.local': { steer: true },
    ...tables,
  };
  const hub = assembleHub(host, CORE);
  await hub.start(await planTables(all));
  return { host, hub, run: (seconds: number) => host.run(host.nowNs + seconds * NS_PER_S) };
}

const phc = (clock: string) => ({
  [`source.phc.${clock}`]: { clock },
  [`sink.phc.${clock}-set`]: { clock, steer: true },
});

/** The greatest difference of two clocks over the next seconds: what they share does not count. */
async function apartNs(host: LabHost, ids: readonly [ClockId, ClockId], seconds: number): Promise<Ns> {
  let worst = 0;
  for (let second = 0; second < seconds; second++) {
    await host.run(host.nowNs + NS_PER_S);
    worst = Math.max(worst, Math.abs(host.errorNs(ids[0]) - host.errorNs(ids[1])));
  }
  return worst;
}

describe('hardware clocks in a hub', function () {
  this.timeout(20_000);

  it('are unknown until an instance opens one, and forgotten when the last has closed it', async () => {
    const { host, hub, run } = await machine({ ptp0: { hidden: true } }, phc('ptp0'));
    expect(hub.report.state().clocks.map(({ id }) => id)).to.deep.equal(['system', A]);
    expect(host.phcs[0]!.opened).to.equal(1);
    await run(5);
    await hub.stop();
    expect(host.phcs[0]!.opened).to.equal(0);
    expect(hub.report.state().clocks.map(({ id }) => id)).to.deep.equal(['system']);
  });

  it('are steered, two at once, besides the system clock: no two of them drift apart', async () => {
    const { host, hub, run } = await machine(
      {
        ptp0: { hidden: true, offsetNs: 1e6, frequencyPpb: 5000 },
        ptp1: { hidden: true, offsetNs: -3600e9, frequencyPpb: -40_000 },
      },
      { ...phc('ptp0'), ...phc('ptp1') },
    );
    await run(120);
    expect(hub.report.state().clocks.map(({ steered }) => steered)).to.deep.equal([true, true, true]);
    expect(Math.abs(host.errorNs(A))).to.be.below(20e3);
    expect(await apartNs(host, ['system', A], 30)).to.be.below(1e3);
    expect(await apartNs(host, [A, B], 30)).to.be.below(1e3);
    await hub.stop();
  });

  it('carry all clocks of the machine by their pulses', async () => {
    const { host, hub, run } = await machine(
      { ptp0: { hidden: true, offsetNs: 2e6, frequencyPpb: 3000, pulseJitterNs: 20 } },
      { 'source.phc.ptp0': { clock: 'ptp0', pulse: {} }, 'sink.phc.ptp0-set': { clock: 'ptp0', steer: true } },
    );
    await run(180);
    expect(Math.abs(host.errorNs(A))).to.be.below(100);
    expect(Math.abs(host.errorNs('system'))).to.be.below(500);
    await hub.stop();
  });

  it('that vanish fail their instances alone, and are taken up again when they are back', async () => {
    const { host, hub, run } = await machine({ ptp0: { hidden: true, frequencyPpb: 5000 } }, phc('ptp0'));
    const [clock] = host.phcs;
    await run(60);
    clock!.break('TH_CLOCK_GONE');
    await run(5);
    const failed = hub.report.status();
    expect(failed.clocks.map(({ id }) => id)).to.deep.equal(['system']);
    expect(failed.sinks.find(({ id }) => id === 'phc.ptp0-set')).to.include({ state: 'failed' });
    expect(hub.report.events().map(({ code }) => code)).to.include('TH_CLOCK_GONE');
    // It forgot the time.
    clock!.break();
    clock!.shift(-1e9 * 86_400);
    await run(180);
    expect(hub.report.status().sinks.map(({ state }) => state)).to.deep.equal(['running', 'running']);
    expect(await apartNs(host, ['system', A], 10)).to.be.below(1e3);
    // A clock that comes back is a new one: no program has stepped it.
    expect(hub.report.events().filter(({ text }) => /by another program/.test(text))).to.deep.equal([]);
    await hub.stop();
  });

  it('that do not answer are said so, and go on when they do', async () => {
    const { host, hub, run } = await machine({ ptp0: { hidden: true } }, phc('ptp0'));
    await run(10);
    host.phcs[0]!.break('TH_CLOCK_NO_ANSWER');
    await run(3);
    const { sources } = hub.report.status();
    expect(sources.find(({ id }) => id === 'phc.ptp0')).to.include({ state: 'unreachable', lifecycle: 'degraded' });
    host.phcs[0]!.break();
    await run(3);
    expect(hub.report.status().sources.find(({ id }) => id === 'phc.ptp0')).to.include({ lifecycle: 'running' });
    await hub.stop();
  });

  it('that another program steers too are brought back, and the operator is told', async () => {
    const { host, hub, run } = await machine({ ptp0: { hidden: true, frequencyPpb: 5000 } }, phc('ptp0'));
    await run(60);
    host.phcs[0]!.setFrequency(90_000);
    await run(30);
    const conflicts = hub.report.events().filter(({ code }) => code === 'TH_CLOCK_CONFLICT');
    expect(conflicts.map(({ id }) => id)).to.deep.equal([A]);
    expect(await apartNs(host, ['system', A], 10)).to.be.below(2e3);
    await hub.stop();
  });

  it('make pulses once they are right, not before', async () => {
    const { host, hub, run } = await machine(
      { ptp0: { hidden: true, offsetNs: 1e9 }, ptp1: { hidden: true, offsetNs: 1e6 } },
      {
        'source.phc.a': { clock: 'ptp0' },
        'sink.phc.b': { clock: 'ptp0', steer: true, output: { width: '100ms' } },
        'source.phc.c': { clock: 'ptp1' },
        'sink.phc.d': { clock: 'ptp1', steer: false, output: {} },
      },
    );
    await run(60);
    expect(host.phcs[1]!.outputs).to.deep.equal([]);
    expect(host.phcs[0]!.outputs).to.deep.equal([
      { channel: 0, pin: undefined, periodNs: 1e9, widthNs: 100e6, phaseNs: 0 },
    ]);
    await hub.stop();
  });
});
