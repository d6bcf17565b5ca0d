import { chart, RAMP, stack } from './chart.mjs';
import { watch } from './lab.mjs';

const RHOS = ['0.01', '0.1', '0.5', '2', '8'];
const COLOURS = [0, 2, 4, 5, 7].map((n) => RAMP[n]);
const LEGS = 300;

const scenario = (shape) => `
duration = "10000s"
steer = { steer = false }
[clock]
wander = 1e-9
[[server]]
name = "a"
poll = "64s"
up = { base = "20ms", jitter = "1ms", shape = "${shape}" }
`;

/** The weights of the five shapes of leg noise, by legs, for a path that queues and for one that is Gaussian. */
export async function shapes() {
  const [exponential, gaussian] = [await weights('exp'), await weights('norm')];
  const panel = (title, rows) => ({
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

async function weights(shape) {
  const look = (estimator) => {
    const track = estimator.byKey.get('ntp.a');
    return { legs: track?.observations ?? 0, weights: track?.legs?.shapes.map(({ weight }) => weight) ?? [] };
  };
  const { frames } = await watch(scenario(shape), { look });
  const rows = [];
  for (const frame of frames) {
    if (frame.weights.length === 0 || frame.legs === rows.at(-1)?.[0]) continue;
    const sum = frame.weights.reduce((total, weight) => total + weight, 0);
    rows.push([frame.legs, ...frame.weights.map((weight) => weight / sum)]);
  }
  return rows;
}
