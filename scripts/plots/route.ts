import { band, COLOUR, chart, event, line } from './chart.mjs';
import { watch } from './lab.mjs';

const CHANGE_S = 3600;
const server = (name, more = '') => `
[[server]]
name = "${name}"
poll = "64s"
up = { base = "20ms", jitter = "1ms", shape = "exp" }
${more}
`;
const scenario = (others) => `
duration = "25200s"
tick = "4s"
[clock]
wander = 1e-9
frequency = "10ppm"
offset = "10ms"
${server('a', `[[server.event]]\nat = "${CHANGE_S}s"\ndown-extra = "5ms"`)}
${others.map((name) => server(name)).join('')}
`;

/** The way back from one server becomes 5 ms longer: alone, and beside three others. */
export async function route() {
  const [alone, beside] = [(await watch(scenario([]))).frames, (await watch(scenario(['b', 'c', 'd']))).frames];
  const hours = ({ atS }) => (atS - CHANGE_S) / 3600;
  const error = (frames) => frames.map((frame) => [hours(frame), (frame.clock.offsetNs - frame.truthNs) / 1e6]);
  const x = { label: 'hours since the way back became 5 ms longer', range: [-0.5, 6] };
  return chart({
    title: 'A route changes in one direction',
    summary:
      'A single server cannot be told from one that was set: the estimate moves by half the change over hours. Beside three others nothing happens.',
    panels: [
      {
        title: 'Error of the estimate',
        height: 200,
        x,
        y: { label: 'error, ms', range: [-3, 1.5] },
        marks: [
          event(0, '+5 ms'),
          band(
            alone
              .filter(({ clock }) => Number.isFinite(clock.sigmaNs))
              .map((frame) => [hours(frame), -frame.clock.sigmaNs / 1e6, frame.clock.sigmaNs / 1e6]),
            COLOUR.orange,
            { opacity: 0.15, key: '± sigma, as stated (bound: 20 to 25 ms)' },
          ),
          line(
            [
              [0, -2.5],
              [6, -2.5],
            ],
            COLOUR.text,
            { dash: '4 3', key: 'half of the change' },
          ),
          line(error(alone), COLOUR.orange, { width: 2, key: 'the only server' }),
          line(error(beside), COLOUR.blue, { width: 2, key: 'one of four' }),
        ],
      },
    ],
  });
}
