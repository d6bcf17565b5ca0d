import { band, COLOUR, chart, event, line } from './chart.js';
import { errorNs, known, type Moment, watch } from './watch.js';

const STEP_S = 3600;
const END_S = 4500;
const server = (name: string, base: string, poll: string, jitter: string) => `
[[server]]
name = "${name}"
poll = "${poll}"
up = { base = "${base}", jitter = "${jitter}", shape = "exp" }
`;
const SCENARIO = `
duration = "${END_S}s"
[clock]
wander = 1e-9
frequency = "10ppm"
offset = "10ms"
[[clock.event]]
at = "${STEP_S}s"
frequency-step = "4.8ppm"
${server('near', '200us', '64s', '5us')}
${server('town', '3ms', '8s', '60us')}
${server('far', '20ms', '8s', '1ms')}
`;

/** Shows a step of the clock's frequency: error, sigma and bound until the new rate is known. */
export async function step(): Promise<string> {
  const { frames } = await watch(SCENARIO);
  const since = ({ atS }: Moment) => atS - STEP_S;
  const near = known(frames).filter((frame) => since(frame) > -300);
  const x = { label: 'seconds since the clock’s frequency stepped by 4.8 ppm', range: [-300, END_S - STEP_S] } as const;
  return chart({
    title: 'A step of the clock’s frequency',
    summary:
      'The clock gains 4.8 µs a second from one moment on. A noisy server that is asked every 8 s shows it before the near one is asked again; sigma opens until the rate is known, and the error stays below the bound.',
    panels: [
      {
        title: 'Error of the hub’s estimate',
        height: 200,
        x,
        y: { label: 'error, µs', range: [-400, 400] },
        marks: [
          event(0, ''),
          band(
            near.map((frame) => [since(frame), -frame.clock.boundNs / 1e3, frame.clock.boundNs / 1e3] as const),
            COLOUR.grey,
            { opacity: 0.12, key: '± bound' },
          ),
          band(
            near.map((frame) => [since(frame), -frame.clock.sigmaNs / 1e3, frame.clock.sigmaNs / 1e3] as const),
            COLOUR.orange,
            { opacity: 0.3, key: '± sigma' },
          ),
          line(
            near.map((frame) => [since(frame), errorNs(frame) / 1e3] as const),
            COLOUR.blue,
            { width: 2, key: 'true error' },
          ),
        ],
      },
    ],
  });
}
