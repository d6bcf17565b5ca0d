import { expect } from 'chai';
import { worldToml } from '../lab/worlds/index.js';
import { run } from './simulate.js';

/** Runs the command and returns its standard output. */
async function outputOf(...args: Parameters<typeof run>): Promise<string> {
  const { write } = process.stdout;
  let text = '';
  process.stdout.write = (chunk: string | Uint8Array): boolean => {
    text += chunk;
    return true;
  };
  try {
    expect(await run(...args)).to.equal(0);
  } finally {
    process.stdout.write = write;
  }
  return text;
}

async function faultOf(...args: Parameters<typeof run>): Promise<string> {
  try {
    await run(...args);
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
}

describe('timehub simulate', () => {
  it('prints the scenario of a world', async () => {
    const text = await outputOf(undefined, { world: '7', kind: 'honest', print: true });
    expect(text).to.equal(worldToml('honest', 7));
  });

  it('wants a file or a world, a number and a known kind', async () => {
    expect(await faultOf(undefined, { kind: 'full' })).to.contain('either a scenario file or --world');
    expect(await faultOf('x.toml', { kind: 'full', world: '1' })).to.contain('either a scenario file or --world');
    expect(await faultOf(undefined, { kind: 'full', world: '-1' })).to.contain('whole number');
    expect(await faultOf(undefined, { kind: 'odd', world: '1' })).to.contain(
      'full, servers, honest, simple, simple-any',
    );
  });
});
