import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { formatProblems } from '../../kernel/config/index.js';
import { readScenario } from './read.js';

const GOOD = `
duration = "2h"
steady-from = "1h"
start = 2036-02-07T06:00:00Z
[clock]
wander = 1e-9
frequency = "10ppm"
[[clock.event]]
at = "90min"
frequency-step = "1ppm"
[[server]]
name = "a"
poll = "64s"
up = { base = "20ms", jitter = "1ms", shape = "exp" }
[[server.event]]
at = "1h"
spike = { probability = 0.1, mean = "20ms" }
[limits]
rms = "50us"
mode = "tracking"
within = { "1ms" = "30s" }
sources = { a = ["agrees", "combined"] }
`;

const problemsOf = async (text: string): Promise<string> => {
  const { problems } = await readScenario(text, 'x.toml');
  return formatProblems(problems ?? []);
};

describe('a scenario file', () => {
  it('is read in the units and names of the configuration', async () => {
    const { scenario } = await readScenario(GOOD, 'x.toml');
    expect(scenario).to.deep.include({ duration: 7200e9, 'steady-from': 3600e9, start: 2_085_976_800_000_000_000n });
    expect(scenario!.clock).to.deep.include({ wander: 1e-9, frequency: 10_000, offset: 0 });
    expect(scenario!.server[0]!.up).to.deep.include({ baseNs: 20e6, jitterNs: 1e6, shape: 'exp' });
    expect(scenario!.limits).to.deep.include({ rms: 50e3, mode: ['tracking'], within: { '1ms': 30e9 } });
  });

  it('is refused with all its errors and their places', async () => {
    const text = await problemsOf(`duration = "2 parsecs"
[clock]
wonder = 1e-9
[[server]]
name = "a"
up = { base = 20, jitter = "1ms", shape = "cauchy" }
[[server]]
poll = "64s"
up = {}
`);
    expect(text).to.match(/x\.toml:1:12 {2}duration must be a duration .*, 1s or more/);
    expect(text).to.match(/x\.toml:3:1 {2}unknown key "wonder" in \[clock\]/);
    expect(text).to.contain('did you mean "wander"?');
    expect(text).to.contain('server[0].up.base must be a duration');
    expect(text).to.contain('shape must be one of "exp", "norm", "none", "trace", "modes", got "cauchy"');
    expect(text).to.contain('[server] needs the key "name"');
  });

  it('is refused when its parts contradict each other', async () => {
    const text = await problemsOf(`duration = "1h"
steady-from = "2h"
[clock]
[[server]]
name = "a"
poll = "64s"
poll-max = "128s"
up = {}
[[pps]]
name = "a"
[limits]
expect = "miss"
sources = { b = "combined" }
`);
    expect(text).to.contain('steady-from must be before the end');
    expect(text).to.contain('poll is fixed');
    expect(text).to.contain('two sources are called "a"');
    expect(text).to.contain('there is no source "b"');
    expect(text).to.contain('a known miss needs its reason');
  });

  it('is refused when the keys of a link do not fit its shape', async () => {
    const text = await problemsOf(`duration = "1h"
[clock]
column = 2
[[server]]
name = "a"
up = { shape = "trace" }
down = { shape = "modes", jitter = "1us" }
[[server]]
name = "b"
up = { shape = "exp", modes = [{ share = 1, at = "1us" }], column = 2 }
`);
    expect(text).to.contain('x.toml:3:10  a column belongs to a trace');
    expect(text).to.contain('x.toml:6:16  the shape "trace" needs a file');
    expect(text).to.contain('x.toml:7:18  the shape "modes" needs its modes');
    expect(text).to.contain('jitter is not used with the shape "modes"');
    expect(text).to.contain('modes are not used with the shape "exp"');
    expect(text).to.contain('x.toml:10:');
  });

  it('names file and line of a fault in a trace, and a file that is missing', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'timehub-trace-'));
    try {
      writeFileSync(join(folder, 'delays.csv'), 't_s,up_s\n1,0.002\n2,fast\n');
      const { problems } = await readScenario(
        `duration = "1h"
[clock]
trace = "none.csv"
[[server]]
name = "a"
up = { shape = "trace", trace = "delays.csv", column = 2 }
`,
        join(folder, 'x.toml'),
      );
      const text = formatProblems(problems ?? []);
      expect(text).to.match(/x\.toml:3:9 {2}\S+none\.csv cannot be read: ENOENT/);
      expect(text).to.contain('relative to the folder of the scenario');
      expect(text).to.match(/x\.toml:6:33 {2}\S+delays\.csv:3: "fast" in column 2 is no delay in seconds/);
      expect(text).to.contain('choose another of the 2 columns with column = N');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says where a key at the top is wrong', async () => {
    expect(await problemsOf('duration = "1h"\nduratoin = "2h"\n[clock]\n')).to.match(
      /x\.toml:2:1 {2}unknown key "duratoin" in a scenario/,
    );
  });
});
