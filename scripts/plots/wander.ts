import type { Estimator } from '../../src/core/estimator/index.js';
import { COLOUR, chart, event, line, RAMP, stack } from './chart.js';
import { errorNs, type Frame, type Moment, watch } from './watch.js';

const STEP_S = 7200;
const SCENARIO = `
duration = "10800s"
tick = "4s"
steer = { steer = false }
[clock]
wander = 1e-9
[[clock.event]]
at = "${STEP_S}s"
frequency-step = "1ppm"
[[server]]
name = "a"
poll = "64s"
up = { base = "100us", jitter = "10us", shape = "exp" }
`;
const EXPONENTS = ['−22', '−21', '−20', '−19', '−18', '−17', '−16', '−15', '−14'];

/** Shows how the wander bank follows a step of the frequency, beside a filter that knows the true wander only. */
export async function wander(): Promise<string> {
  const look = (estimator: Estimator) => ({
    weights: estimator.saveOscillator('system')?.wanders.map(({ weight }) => weight) ?? EXPONENTS.map(() => 0),
  });
  const bank = await watch(SCENARIO, { look });
  const single = await watch(SCENARIO, { estimator: { wanders: [1e-18] } });
  const minutes = ({ atS }: Moment) => (atS - STEP_S) / 60;
  const x = { range: [-30, 60] } as const;
  const shown = <F extends Frame>({ frames }: { readonly frames: readonly F[] }) =>
    frames.filter((frame) => minutes(frame) >= x.range[0]);
  const errors = (run: { readonly frames: readonly Frame[] }) =>
    shown(run).map((frame) => [minutes(frame), errorNs(frame) / 1e3] as const);
  return chart({
    title: 'Wander weights and recovery from a frequency step',
    summary:
      'With the first answers after a step of 1 ppm the weight moves to the hypotheses of large wander and the error stays small; with one wander it is twice as large and lasts longer.',
    panels: [
      {
        title: 'Weights of the nine hypotheses: wander 1e… (s/s)²/s',
        height: 130,
        x,
        y: { label: 'weight', range: [0, 1], ticks: [0, 0.5, 1] },
        marks: [
          stack(
            shown(bank).map((frame) => [minutes(frame), ...frame.weights]),
            RAMP,
            EXPONENTS,
          ),
        ],
      },
      {
        title: 'Error of the estimate after the oscillator jumped by 1 ppm',
        height: 170,
        x: { ...x, label: 'minutes since the step, an exchange every 64 s' },
        y: { label: 'error, µs', range: [-120, 400], ticks: [-100, 0, 100, 200, 300] },
        marks: [
          event(0, 'frequency step', { side: -1 }),
          line(errors(single), COLOUR.orange, { key: 'one filter with the true wander, 1e−18' }),
          line(errors(bank), COLOUR.blue, { width: 2, key: 'timehub: the bank' }),
        ],
      },
    ],
  });
}
