import { expect } from 'chai';
import { readScenario } from '../scenario/read.js';
import { unseenStepTest } from './unseen-steps.js';

const WORLD = `
duration = "600s"
[[clock.event]]
at = "100s"
frequency-step = "2ppm"
[[server]]
name = "a"
poll = "64s"
up = { base = "1ms" }
[[server]]
name = "b"
poll = "8s"
up = { base = "1ms" }
`;

async function testOf(toml: string): Promise<(second: number) => boolean> {
  const { scenario, problems } = await readScenario(toml, 'world.toml');
  expect(problems).to.equal(undefined);
  return unseenStepTest(scenario!);
}

describe('a step of the clock in a world', () => {
  it('is unseen until the source that is asked most often can have shown it', async () => {
    const isUnseen = await testOf(WORLD);
    expect([99, 100, 109, 110].map(isUnseen)).to.deep.equal([false, true, true, false]);
  });

  it('is seen by the next pulse', async () => {
    const isUnseen = await testOf(`${WORLD}[[pps]]\nname = "p"\n`);
    expect([100, 102, 103].map(isUnseen)).to.deep.equal([true, true, false]);
  });
});
