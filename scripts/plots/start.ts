import { COLOUR, chart, line } from './chart.js';
import { type Frame, watch } from './watch.js';

const scenario = (steer: string) => `
duration = "7200s"
[clock]
wander = 1e-9
frequency = "50ppm"
offset = "500ms"
[[server]]
name = "a"
poll = "64s"
up = { base = "20ms", jitter = "1ms", shape = "exp" }
[steer]
${steer}
`;

/** Shows a start from half a second and 50 ppm off: with a step, and without. */
export async function start(): Promise<string> {
  const { frames: stepped } = await watch(scenario(''));
  const { frames: slewed } = await watch(scenario('step-updates = 0'));
  const error = (frames: readonly Frame[]) => frames.map(({ atS, truthNs }) => [atS, Math.abs(truthNs) / 1e9] as const);
  const x = { range: [1, 7200], log: true } as const;
  return chart({
    title: 'The start',
    summary:
      'A clock that is half a second off is stepped within seconds, or slewed at 500 ppm for 1000 s when steps are not allowed.',
    panels: [
      {
        title: 'Error of a clock that began 0.5 s and 50 ppm off',
        height: 190,
        x,
        y: {
          label: 'error, logarithmic',
          range: [1e-6, 1],
          log: true,
          format: (value) =>
            ['1 µs', '10 µs', '100 µs', '1 ms', '10 ms', '100 ms', '1 s'][Math.round(Math.log10(value)) + 6]!,
        },
        marks: [
          line(error(slewed), COLOUR.orange, { key: 'step-updates = 0' }),
          line(error(stepped), COLOUR.blue, { width: 2, key: 'defaults' }),
          line(
            stepped.slice(1).map(({ atS, clock }) => [atS, clock.sigmaNs / 1e9] as const),
            COLOUR.text,
            { dash: '4 3', key: 'its sigma' },
          ),
        ],
      },
      {
        title: 'Correction in force',
        height: 90,
        x: { ...x, label: 'seconds since the start, logarithmic' },
        y: { label: 'ppm', range: [-620, 620], ticks: [-500, 0, 500] },
        marks: [line(correction(slewed), COLOUR.orange), line(correction(stepped), COLOUR.blue, { width: 2 })],
      },
    ],
  });
}

/** Returns the correction that the oscillator needs − the part that it still lacks, ppm. */
const correction = (frames: readonly Frame[]) =>
  frames.map(({ atS, clock }) => [atS, (clock.frequencyPpb - clock.slopePpb) / 1e3] as const);
