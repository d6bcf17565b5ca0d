import { expect } from 'chai';
import { type Instant, NS_PER_S } from '../api/index.js';
import { createEngine } from '../core/engine/engine.js';
import { createEstimator } from '../core/estimator/index.js';
import { EMBEDDED_LEAP_TABLE } from '../core/leap/leap-seconds.js';
import { aged, type SavedState } from '../core/persistence/saved-state.js';
import { CORE, INTERNET, NtpClientMachine } from '../lab/testing/ntp-client.js';
import { type EventLog, toLine } from './event-log/event-log.js';
import { Replay } from './event-log/replay.js';
import type { DatedState, LoadedState, StateStore } from './saved-state/state-file.js';

const S = NS_PER_S;
const LONG_S = 3000;

/** A state store in memory. */
class StoredState implements StateStore {
  readonly note = '';
  state: SavedState | undefined;
  #at: Instant = 0n;

  async load(utc: Instant): Promise<LoadedState> {
    const core = this.state === undefined ? undefined : aged(this.state, Number(utc - this.#at));
    return { core, instances: {} };
  }

  async save(core: DatedState | undefined): Promise<void> {
    if (core === undefined) return;
    this.state = JSON.parse(JSON.stringify(core.state)) as SavedState;
    this.#at = core.utc;
  }
}

/** A machine that ran a hub for hours and was rebooted within ten minutes; its clock is 10 ms off. */
async function rebooted(seed: number) {
  const machine = await NtpClientMachine.create({ ...INTERNET, seed });
  const state = new StoredState();
  const hub = await machine.start({ state });
  await machine.host.run(10_000 * S);
  await hub.stop();
  await machine.reboot(600 * S, 10e6);
  return { machine, state };
}

async function secondsTo100Us(seed: number, state: (stored: StoredState) => StateStore | undefined): Promise<number> {
  const { machine, state: stored } = await rebooted(seed);
  const store = state(stored);
  const hub = await machine.start(store === undefined ? {} : { state: store });
  const seconds = await machine.secondsTo(1e5, LONG_S);
  await hub.stop();
  return seconds;
}

const median = async (times: readonly Promise<number>[]): Promise<number> =>
  (await Promise.all(times)).sort((a, b) => a - b)[Math.floor(times.length / 2)]!;

const SEEDS = [1, 2, 3, 4, 5];
const cold = () => median(SEEDS.map((seed) => secondsTo100Us(seed, () => undefined)));

describe('a warm restart', function () {
  this.timeout(60_000);

  it('reaches its error in a fraction of the time of a cold start', async () => {
    const warm = await median(SEEDS.map((seed) => secondsTo100Us(seed, (stored) => stored)));
    expect(warm).to.be.below(60);
    expect(await cold()).to.be.above(4 * warm);
  });

  it('does no harm when the frequency of the oscillator has changed by 5 ppm', async () => {
    const elsewhere = (stored: StoredState): StoredState => {
      const { clocks, tracks } = stored.state!;
      stored.state = { tracks, clocks: clocks.map((c) => ({ ...c, frequencyPpb: c.frequencyPpb + 5000 })) };
      return stored;
    };
    expect(await median(SEEDS.map((seed) => secondsTo100Us(seed, elsewhere)))).to.be.below(1.3 * (await cold()));
  });

  it('gives the clock its rate at once', async () => {
    const { machine, state } = await rebooted(1);
    const hub = await machine.start({ state });
    expect(machine.host.clocks[0].frequencyPpb()).to.be.closeTo(state.state!.clocks[0]!.frequencyPpb, 0.1);
    expect(machine.host.clocks[0].frequencyPpb()).to.be.closeTo(-10_000, 500);
    await hub.stop();
  });

  it('has the state of a hub that was killed after 70 s of tracking', async () => {
    const machine = await NtpClientMachine.create({ ...INTERNET, pollMin: '4s', pollMax: '4s' });
    const state = new StoredState();
    const hub = await machine.start({ state });
    while (hub.report.status().mode !== 'tracking') await machine.host.run(machine.host.nowNs + S);
    expect(machine.host.nowNs).to.be.below(10 * S);
    await machine.host.run(70 * S);
    expect(state.state!.clocks.map(({ clock }) => clock)).to.deep.equal(['system']);
    expect(state.state!.tracks.map(({ key }) => key)).to.deep.equal(['ntp.1']);
  });

  it('has the state that was saved soon after a reload', async () => {
    const machine = await NtpClientMachine.create(INTERNET);
    const state = new StoredState();
    const hub = await machine.start({ state });
    await machine.host.run(1000 * S);
    state.state = undefined;
    await hub.reload([], { hub: false, added: [], removed: [], changed: [], retuned: [], kept: [] });
    await machine.host.run(1030 * S);
    expect(state.state).not.to.equal(undefined);
  });

  it('keeps the saved state if the run is too short', async () => {
    const { machine, state } = await rebooted(1);
    const [before] = state.state!.tracks;
    const hub = await machine.start({ state });
    await machine.host.run(machine.host.nowNs + 10 * S);
    await hub.stop();
    expect(state.state!.tracks).to.deep.equal([before]);
    expect(state.state!.clocks[0]!.sigmaPpb).to.be.below(500);
  });

  it('keeps the saved state if no source is heard', async () => {
    const { machine, state } = await rebooted(1);
    const before = state.state;
    for (const server of machine.servers) server.stop();
    const hub = await machine.start({ state });
    await machine.host.run(machine.host.nowNs + 1000 * S);
    await hub.stop();
    expect(state.state).to.equal(before);
  });

  it('replays from the event log to the same states', async () => {
    const { machine, state } = await rebooted(1);
    const lines = [toLine({ type: 'header', schema: 1, version: '0', monotonic: 0n, core: CORE })];
    const eventLog: EventLog = { write: (record) => lines.push(toLine(record)), note: '', close: async () => {} };
    const hub = await machine.start({ state, eventLog });
    await machine.host.run(machine.host.nowNs + 1000 * S);
    await hub.stop();
    expect(lines.filter((line) => line.includes('"type":"memory"'))).to.have.length(1);
    const replay = new Replay({
      createEngine: ({ core }) => createEngine(core, createEstimator(), EMBEDDED_LEAP_TABLE),
    });
    for (const line of lines) replay.feed(line);
    const { digests, differences } = replay.report();
    expect(digests).to.be.above(10);
    expect(differences).to.equal(0);
  });
});
