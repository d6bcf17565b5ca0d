import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createEngine } from '../../core/engine/engine.js';
import { createEstimator } from '../../core/estimator/index.js';
import { EMBEDDED_LEAP_TABLE } from '../../core/leap/leap-seconds.js';
import { Replay } from '../../kernel/event-log/replay.js';
import { Catalogue } from '../../kernel/plugins/catalogue.js';
import { checkLimits } from './limits.js';
import { readScenario } from './read.js';
import { type SimulateOptions, type SimulationResult, simulate } from './simulate.js';

const SERVERS = `
duration = "1000s"
steady-from = "500s"
[clock]
wander = 1e-9
frequency = "10ppm"
offset = "10ms"
[[server]]
name = "a"
poll = "16s"
up = { base = "100us", jitter = "10us", shape = "exp" }
[[server]]
name = "b"
poll = "16s"
offset = "50ms"
up = { base = "100us", jitter = "10us", shape = "exp" }
[[server]]
name = "c"
poll = "16s"
up = { base = "100us", jitter = "10us", shape = "exp" }
`;

describe('a simulation', () => {
  const catalogue = new Catalogue();
  const folder = mkdtempSync(join(tmpdir(), 'timehub-simulate-'));
  before(() => catalogue.addFolder(fileURLToPath(new URL('../../../plugins', import.meta.url))));
  after(() => rmSync(folder, { recursive: true }));

  async function run(text: string, options: Partial<SimulateOptions> = {}): Promise<SimulationResult> {
    const { scenario, problems } = await readScenario(text, 'x.toml');
    expect(problems).to.equal(undefined);
    return simulate(scenario!, { seed: 1, catalogue, version: 'test', ...options });
  }

  const bytes = ({ cpuMs: _, ...rest }: SimulationResult): string => JSON.stringify(rest);

  it('steers the clock by the majority of its servers', async () => {
    const result = await run(SERVERS);
    expect(result.rmsNs).to.be.below(3e3);
    expect(result.sources.map(({ name, state }) => `${name} ${state}`)).to.deep.equal([
      'a combined',
      'b rejected',
      'c combined',
    ]);
    expect(result.modes.at(-1)!.mode).to.equal('tracking');
    expect(result.exchanges).to.be.within(170, 220);
  });

  it('has the same result for the same seed, and another for another', async () => {
    const first = await run(SERVERS);
    expect(bytes(await run(SERVERS))).to.equal(bytes(first));
    expect(bytes(await run(SERVERS, { seed: 2 }))).not.to.equal(bytes(first));
  });

  it('replays from its event log decision by decision and state by state, to the last bit', async () => {
    const record = join(folder, 'run.log');
    const result = await run(SERVERS, { record });
    const createFresh = () =>
      createEngine({ minAgreeing: 1, maxErrorNs: 1e9, trackingErrorNs: 1e8 }, createEstimator(), EMBEDDED_LEAP_TABLE);
    const replayOf = (lines: readonly string[]) => {
      const replay = new Replay({ createEngine: createFresh });
      for (const line of lines) replay.feed(line);
      return replay.report();
    };
    const lines = readFileSync(record, 'utf8').trimEnd().split('\n');
    const report = replayOf(lines);
    expect(report).to.deep.include({ runs: 1, gaps: 0, differences: 0, first: [] });
    expect(report.digests).to.be.within(15, 17);
    expect(report.inputs).to.be.above(result.exchanges + 1000);
    const at = lines.findIndex((line, i) => i > 600 && line.includes('"transitNs"'));
    const touched = lines.map((line, i) => (i === at ? line.replace(/"transitNs":(-?\d+)/, '"transitNs":1$1') : line));
    expect(replayOf(touched).differences).to.be.above(5);
  });

  it('lets servers come, go and be false at their time', async () => {
    const result = await run(`${SERVERS}
[[server.event]]
at = "600s"
alive = false
[[server]]
name = "d"
poll = "16s"
up = { base = "100us" }
[[server.event]]
at = "300s"
configured = true
[[server.event]]
at = "700s"
offset-step = "20ms"
`);
    const states = Object.fromEntries(result.sources.map(({ name, state }) => [name, state]));
    expect(states).to.include({ c: 'unreachable', d: 'rejected' });
  });

  it('numbers the pulses of a line by a server and follows them', async () => {
    const pulses = '[[pps]]\nname = "p"\njitter = "1us"\n';
    const result = await run(`${SERVERS}${pulses}`);
    expect(result.rmsNs).to.be.below(400);
    expect(result.pulses).to.be.within(998, 1000);
  });

  it('does not steer the clock if so configured, and scores the time that it would serve', async () => {
    const result = await run(`${SERVERS}[steer]\nsteer = false\n`);
    expect(result).to.include({ steps: 0 });
    expect(result.rmsNs).to.be.below(3e3);
  });

  it('replays recorded delays: at another place for another seed, and never the same line in both directions', async () => {
    const delays = Array.from({ length: 1000 }, (_, i) => `${1e-3 + i * 1e-6}`);
    writeFileSync(join(folder, 'delays.csv'), `delay_s\n${delays.join('\n')}\n`);
    const text = `
duration = "20s"
[clock]
[[server]]
name = "a"
poll = "1s"
up = { shape = "trace", trace = "delays.csv" }
[steer]
steer = false
`;
    const legs = async (seed: number) => {
      const record = join(folder, 'trace.log');
      const { scenario } = await readScenario(text, join(folder, 'x.toml'));
      await simulate(scenario!, { seed, catalogue, version: 'test', record });
      const found = [...readFileSync(record, 'utf8').matchAll(/"direction":"(\w+)".*?"transitNs":(\d+)/g)];
      return found.slice(0, 2).map(([, , transitNs]) => Math.round(Number(transitNs) / 1000));
    };
    const [up, down] = await legs(1);
    expect(Math.abs(up! - down!)).to.equal(500);
    expect((await legs(2))[0]).not.to.equal(up);
  });

  it('is measured against the limits of its file', async () => {
    const limits = `[limits]
rms = "1ns"
centred = "1ns"
mode = "holdover"
modes = ["tracking", "holdover"]
within = { "1ms" = "1ns" }
normalised = [3, 4]
centred-normalised = [3, 4]
sources = { a = "rejected", b = "rejected" }
`;
    const { scenario } = await readScenario(`${SERVERS}${limits}`, 'x.toml');
    const faults = checkLimits(scenario!.limits!, await run(`${SERVERS}${limits}`));
    const told = (pattern: RegExp) => expect(faults.filter((fault) => pattern.test(fault))).to.have.length(1);
    told(/^rms: .* limit 1 ns$/);
    told(/^mode at the end: tracking, wanted holdover$/);
    told(/^modes: .*; wanted tracking, holdover$/);
    told(/^time to 1ms/);
    told(/^rms without the mean: .* limit 1 ns$/);
    told(/^normalised error:/);
    told(/^normalised error without the mean:/);
    told(/^a is combined .* wanted rejected$/);
    expect(faults).to.have.length(8);
  });
});
