import { expect } from 'chai';
import { readScenario } from '../scenario/index.js';
import { idealDetectionS } from './ideal-detector.js';
import { liesOf } from './lies.js';

const SERVERS = ['a', 'b', 'c', 'd'];

/** Returns the detection time of the lie of the first of four servers, 1 ms away in both directions. */
async function detectionS(lie: string, { jitter = '100us', wander = 0 } = {}): Promise<number | undefined> {
  const servers = SERVERS.map(
    (name, index) =>
      `[[server]]\nname = "${name}"\npoll = "16s"\nup = { base = "1ms", jitter = "${jitter}", shape = "norm" }\n${index === 0 ? lie : ''}\n`,
  );
  const toml = `duration = "20000s"\n[clock]\nwander = ${wander}\n${servers.join('')}`;
  const { scenario } = await readScenario(toml, 'test');
  return idealDetectionS(scenario!, liesOf(scenario!)[0]!);
}

describe('the ideal detector', () => {
  it('sees an offset beyond both round trips with the first exchanges, and none within them', async () => {
    expect(await detectionS('offset = "20ms"')).to.equal(16);
    expect(await detectionS('offset = "1ms"')).to.equal(undefined);
  });

  it('sees a drift by its rate: the time goes with the power 2/3 of the jitter', async () => {
    const calm = (await detectionS('drift = "0.1ppm"', { jitter: '10us' }))!;
    const restless = (await detectionS('drift = "0.1ppm"', { jitter: '80us' }))!;
    expect(restless / calm).to.be.within(3.6, 4.4);
    // Two slopes of n = t / 16 s exchanges with 7 µs each: 5 · √2 · √(2 · 3 / n) · 7.07 µs / (2 t / 3) is 0.1 ppm at t = 378 s.
    expect(calm).to.be.within(370, 390);
  });

  it('needs longer with a restless clock between the polls', async () => {
    const quiet = (await detectionS('drift = "0.1ppm"', { jitter: '1us' }))!;
    expect(await detectionS('drift = "0.1ppm"', { jitter: '1us', wander: 3e-7 })).to.be.above(quiet);
  });

  it('sees a step within both round trips, since the server was right before', async () => {
    const step = '[[server.event]]\nat = "5000s"\noffset-step = "1ms"';
    expect(await detectionS(step)).to.equal(16);
  });
});
