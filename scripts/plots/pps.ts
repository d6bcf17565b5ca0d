import { COLOUR, chart, event, line } from './chart.js';
import { type Frame, known, watch } from './watch.js';

const FIX_S = 300;
const SCENARIO = `
duration = "900s"
[clock]
wander = 1e-9
frequency = "10ppm"
offset = "10ms"
[[server]]
name = "a"
poll = "64s"
up = { base = "20ms", jitter = "1ms", shape = "exp" }
[[pps]]
name = "p"
jitter = "1us"
loss = 1.0
[[pps.event]]
at = "${FIX_S}s"
loss = 0.0
`;

/** Shows how a pulse joins once a server has said which second it begins. */
export async function pps(): Promise<string> {
  const { frames, events } = await watch(SCENARIO);
  const seconds = (pick: (frame: Frame) => number) =>
    known(frames).map((frame) => [frame.atS / 60, Math.abs(pick(frame)) / 1e9] as const);
  const admitted = events.find(({ text }) => text.startsWith('pps.p is combined'));
  if (admitted === undefined) throw new Error('the pulse is never combined');
  return chart({
    title: 'A pulse joins',
    summary:
      'With one server across the Internet sigma is a fraction of a millisecond and the bound above 20 ms. The server numbers the first pulses; a few seconds later sigma is a microsecond and falls to 200 ns.',
    panels: [
      {
        title: 'One server, 20 ms away; a PPS with 1 µs of jitter from the fifth minute on',
        height: 240,
        x: { label: 'minutes since the start', range: [0, 15] },
        y: {
          label: 'error, logarithmic',
          range: [1e-8, 1e-1],
          log: true,
          format: (value) =>
            ['10 ns', '100 ns', '1 µs', '10 µs', '100 µs', '1 ms', '10 ms', '100 ms'][
              Math.round(Math.log10(value)) + 8
            ]!,
        },
        marks: [
          line(
            seconds(({ truthNs }) => truthNs),
            COLOUR.grey,
            { width: 1, key: 'the clock’s error' },
          ),
          line(
            seconds(({ clock }) => clock.boundNs),
            COLOUR.orange,
            { width: 2, key: 'bound' },
          ),
          line(
            seconds(({ clock }) => clock.sigmaNs),
            COLOUR.blue,
            { width: 2, key: 'sigma' },
          ),
          event(admitted.atS / 60, 'the pulse is admitted'),
        ],
      },
    ],
  });
}
