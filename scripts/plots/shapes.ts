import type { Estimator } from '../../src/core/estimator/index.js';
import type { TrackFilter } from '../../src/core/estimator/track-filter.js';
import { chart, type Panel, RAMP, type Row, stack } from './chart.js';
import { watch } from './watch.js';

const RHOS = [0.01, 0.1, 0.5, 2, 8];
const COLOURS = [0, 2, 4, 5, 7].map((n) => RAMP[n]!);
const LEGS = 300;

const scenario = (shape: 'exp' | 'norm') => `
duration = "10000s"
steer = { steer = false }
[clock]
wander = 1e-9
[[server]]
name = "a"
poll = "64s"
up = { base = "20ms", jitter = "1ms", shape = "${shape}" }
`;

/** Shows the weights of the five shapes of leg noise, by legs, for a path that queues and for one that is Gaussian. */
export async function shapes(): Promise<string> {
  const [exponential, gaussian] = [await weights('exp'), await weights('norm')];
  const panel = (title: string, rows: readonly Row[]): Panel => ({
    title,
    height: 130,
    x: { range: [0, LEGS] },
    y: { label: 'weight', range: [0, 1], ticks: [0, 0.5, 1] },
    marks: [
      stack(
        rows,
        COLOURS,
        RHOS.map((rho) => `ρ = ${rho}`),
      ),
    ],
  });
  const lower = panel('Gaussian jitter of 1 ms', gaussian);
  return chart({
    title: 'Weights of the noise shapes',
    summary: 'With exponential jitter the sharp shapes take all the weight, with Gaussian jitter the round ones do.',
    panels: [
      panel('Exponential jitter of 1 ms', exponential),
      { ...lower, x: { ...lower.x, label: 'legs heard (two an exchange)' } },
    ],
  });
}

/** Returns the weights of the shapes after each exchange. */
async function weights(shape: 'exp' | 'norm'): Promise<readonly Row[]> {
  const look = (estimator: Estimator) => {
    // Private to the estimator: no other code needs the weights before they are settled.
    const { tracksByKey } = estimator as unknown as { readonly tracksByKey: ReadonlyMap<string, TrackFilter> };
    const track = tracksByKey.get('ntp.a');
    return {
      legs: track?.observations ?? 0,
      shapes: track?.legNoise?.savedShapes ?? [],
    };
  };
  const { frames } = await watch(scenario(shape), { look });
  const rows: Row[] = [];
  for (const frame of frames) {
    if (frame.shapes.length === 0 || frame.legs === rows.at(-1)?.[0]) continue;
    // At first there are several scales of each shape.
    const weightOf = (shapes: typeof frame.shapes): number =>
      shapes.reduce((total, { logWeight }) => total + Math.exp(logWeight), 0);
    const sum = weightOf(frame.shapes);
    rows.push([frame.legs, ...RHOS.map((rho) => weightOf(frame.shapes.filter((shape) => shape.rho === rho)) / sum)]);
  }
  return rows;
}
