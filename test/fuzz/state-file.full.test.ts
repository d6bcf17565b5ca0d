import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { NS_PER_S } from 'timehub/api';
import { StateFile } from '../../src/kernel/saved-state/state-file.js';
import { StateSaver } from '../../src/kernel/saved-state/state-saver.js';
import { createLabHost } from '../../src/lab/host.js';
import { INTERNET, NtpClientMachine } from '../../src/lab/testing/ntp-client.js';

const S = NS_PER_S;
const RUNS = Number(process.env.FUZZ_STATE_FILES ?? 500);
/** Number of files with which a hub runs for `LIFE_S` seconds. */
const LIVES = RUNS / 20;
const LIFE_S = 400;
const NEST = 100_000;

const within = (min: number, max: number) => fc.oneof(fc.constantFrom(min, max), fc.double({ min, max, noNaN: true }));
const few = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 4 });

const clock = fc.record({
  clock: fc.constantFrom('system', 'phc:ptp0'),
  frequencyPpb: within(-500_000, 500_000),
  sigmaPpb: within(1e-6, 500_000),
  wanders: few(fc.record({ wander: within(0, 1e-6), weight: within(0, 1) })),
});
const track = fc.record({
  key: fc.constantFrom('ntp.1', 'ntp.2', ''),
  address: fc.constantFrom('10.1.0.1:123', ''),
  delayNs: within(-100e9, 100e9),
  delaySigmaNs: within(1e-3, 100e9),
  noiseNs: within(1e-3, 100e9),
  shapes: few(fc.record({ rho: within(0, 1e3), logWeight: within(-100, 0) })),
});
const learnt = fc.record({ when: fc.constant(new Date().toISOString()), clocks: few(clock), tracks: few(track) });

/** Valid files with unusual values. */
const strange = fc.record({
  version: fc.constant(2),
  learnt,
  instances: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
});

/** Text of a valid file in which any JSON value replaces one value. */
const damaged = fc.tuple(strange, fc.jsonValue(), fc.nat()).map(([file, value, at]) => {
  const text = JSON.stringify(file);
  const commas = [...text.matchAll(/(?<=[:[,])[^:[\]{},]+(?=[,\]}])/g)];
  const hit = commas[at % commas.length]!;
  return text.slice(0, hit.index) + JSON.stringify(value) + text.slice(hit.index + hit[0].length);
});

/** Any text: files of version 1, files that an editor or a disk damaged, other JSON, other texts. */
const anything = fc.oneof(
  damaged,
  strange.map((file) => JSON.stringify({ version: 1, ...file.learnt })),
  fc.tuple(damaged, fc.nat(), fc.string()).map(([text, at, noise]) => text.slice(0, at % text.length) + noise),
  fc.json(),
  fc.jsonValue().map((value) => JSON.stringify({ version: 2, learnt: value, instances: value })),
  fc.string(),
);

describe('a state file that says anything', function () {
  this.timeout(120_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'timehub-state-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const stateOf = (text: string): StateFile => {
    writeFileSync(join(folder, 'state.json'), text);
    return new StateFile(folder);
  };

  const survives = async (text: string): Promise<void> => {
    const store = stateOf(text);
    const saver = new StateSaver({ host: createLabHost(), store, current: () => undefined });
    const memory = await saver.load(BigInt(Date.now()) * 1_000_000n);
    expect(memory === undefined ? '' : store.note).to.equal('');
    saver.values.set('ptp.a', 1);
    await saver.stop();
    expect((await new StateFile(folder).load(0n)).instances).to.deep.include({ 'ptp.a': 1 });
  };

  it(`keeps no hub from starting, nor from leaving a good one: ${RUNS} files`, () =>
    fc.assert(fc.asyncProperty(anything, survives), { numRuns: RUNS }));

  it('nor does one that is nested without end', () =>
    survives(`{"version":2,"instances":{"ptp.deep":${'['.repeat(NEST)}${']'.repeat(NEST)}}}`));

  it(`leads no hub astray for good: ${LIVES} lives of ${LIFE_S} s`, () =>
    fc.assert(
      fc.asyncProperty(learnt, async (said) => {
        const machine = await NtpClientMachine.create(INTERNET);
        const when = new Date(Number(machine.host.clocks[0].read().time / 1_000_000n)).toISOString();
        const state = stateOf(JSON.stringify({ version: 2, learnt: { ...said, when } }));
        const hub = await machine.start({ state });
        await machine.host.run(LIFE_S * S);
        expect(state.note).to.equal('');
        expect(Math.abs(machine.host.errorNs('system'))).to.be.below(10e6);
        await hub.stop();
      }),
      { numRuns: LIVES },
    ));
});
