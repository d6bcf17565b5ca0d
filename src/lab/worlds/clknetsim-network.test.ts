import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readScenario, type Scenario } from '../scenario/index.js';
import { networkText as textOf } from './clknetsim-network.js';
import { worldToml } from './index.js';

const WORLD = `duration = "20000s"
steady-from = "2000s"
[clock]
offset = "100ms"
frequency = "-5ppm"
wander = 1e-9
[[clock.event]]
at = "4000s"
frequency-step = "2ppm"
[[server]]
name = "a"
poll = "16s"
up = { base = "1ms", jitter = "100us", shape = "exp" }
down = { base = "2ms", jitter = "200us", shape = "norm" }
drift = "3ppm"
`;

const networkText = (scenario: Scenario): string =>
  textOf(scenario, {
    frequencies: (values) => `frequencies ${values}`,
    delays: (values, index, direction) => `${direction} ${index} ${values}`,
  });

async function parse(toml: string): Promise<Scenario> {
  const { scenario } = await readScenario(toml, 'world');
  return scenario!;
}

describe('a world for clknetsim', () => {
  it('has the same clock, paths and wrong servers', async () => {
    const lines = networkText(await parse(WORLD)).split('\n');
    expect(
      lines.map((line) => line.replace(/(\.\d*?)0+(?=[e )]|$)/g, '$1').replace(/\.(?=[e )]|$)/g, '')),
    ).to.deep.equal([
      'node2_offset = -0.1',
      'node2_freq = (+ -0.000005 (sum (* 1e-9 (normal))) (* 0.000002 (min 1 (max 0 (+ (sum 1) -4000)))))',
      'node1_offset = 0',
      'node1_freq = 0.000003',
      'node2_delay1 = (max 1e-9 (+ 0.001 (* 0.0001 (exponential))))',
      'node1_delay2 = (max 1e-9 (+ 0.002 (* 0.0002 (normal))))',
      '',
    ]);
  });

  it('has recorded delays and frequencies', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clknetsim-network-'));
    after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'numbers'), '1e-3 2e-3\n3e-3 4e-3\n');
    const { scenario } = await readScenario(
      `duration = "100s"
[clock]
trace = "numbers"
[[server]]
name = "a"
up = { base = "1ms", shape = "trace", trace = "numbers", column = 2 }
`,
      join(folder, 'world.toml'),
    );
    const lines = networkText(scenario!).split('\n');
    expect(lines[1]).to.match(/ \(file "frequencies 0.001,0.003"\)\)$/);
    expect(lines[4]).to.match(/\(\+ 0.0010+ \(file "up 0 2000000,4000000"\)\)\)$/);
    expect(lines[5]).to.match(/\(\+ 0.0010+ \(file "down 0 2000000,4000000"\)\)\)$/);
  });

  it('is refused if it has what clknetsim is not given', async () => {
    const scenario = await parse(`${WORLD}loss = 0.3\n`);
    expect(() => networkText(scenario)).to.throw('kinds simple and simple-any only');
  });

  it('exists for every simple world', async () => {
    for (const kind of ['simple', 'simple-any'] as const)
      for (let seed = 1; seed <= 20; seed++)
        expect(networkText(await parse(worldToml(kind, seed)))).to.contain('_delay1 = ');
  });
});
