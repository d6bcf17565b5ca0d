import { band, COLOUR, chart, event, line } from './chart.js';
import { errorNs, type Frame, known, type Moment, watch } from './watch.js';

const CHANGE_S = 3600;
const server = (name: string, more = '') => `
[[server]]
name = "${name}"
poll = "64s"
up = { base = "20ms", jitter = "1ms", shape = "exp" }
${more}
`;
const scenario = (others: readonly string[]) => `
duration = "25200s"
tick = "4s"
[clock]
wander = 1e-9
frequency = "10ppm"
offset = "10ms"
${server('a', `[[server.event]]\nat = "${CHANGE_S}s"\ndown-extra = "5ms"`)}
${others.map((name) => server(name)).join('')}
`;

/** Shows a return path from one server that becomes 5 ms longer: alone, and beside three others. */
export async function route(): Promise<string> {
  const { frames: alone } = await watch(scenario([]));
  const { frames: beside } = await watch(scenario(['b', 'c', 'd']));
  const hours = ({ atS }: Moment) => (atS - CHANGE_S) / 3600;
  const error = (frames: readonly Frame[]) => frames.map((frame) => [hours(frame), errorNs(frame) / 1e6] as const);
  const x = { label: 'hours since the way back became 5 ms longer', range: [-0.5, 6] } as const;
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
            known(alone).map((frame) => [hours(frame), -frame.clock.sigmaNs / 1e6, frame.clock.sigmaNs / 1e6] as const),
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
