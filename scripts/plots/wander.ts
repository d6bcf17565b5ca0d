import { COLOUR, chart, event, line, RAMP, stack } from './chart.mjs';
import { watch } from './lab.mjs';

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

/** How the bank of wanders takes a step of the frequency, beside a filter that knows the true wander and nothing else. */
export async function wander() {
  const look = (estimator) => ({ weights: [...estimator.state.bank.weightsOf('system')] });
  const bank = await watch(SCENARIO, { look });
  const single = await watch(SCENARIO, { hypotheses: { wanders: [1e-18] } });
  const minutes = ({ atS }) => (atS - STEP_S) / 60;
  const x = { range: [-30, 60] };
  const shown = ({ frames }) => frames.filter((frame) => minutes(frame) >= x.range[0]);
  const errors = (run) => shown(run).map((frame) => [minutes(frame), (frame.clock.offsetNs - frame.truthNs) / 1e3]);
  return chart({
    title: 'Wander weights and recovery from a frequency step',
    summary:
      'With the first answers after a step of 1 ppm the weight moves to the hypotheses of large wander and the error stays small; a filter with one wander takes the news for outliers for minutes.',
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
