import { band, COLOUR, chart, event, line } from './chart.js';
import { type Frame, type Moment, watch } from './watch.js';

const SILENT_S = 14_400;
const SCENARIO = `
duration = "23400s"
tick = "4s"
[clock]
wander = 1e-9
frequency = "10ppm"
offset = "10ms"
[[server]]
name = "a"
poll = "64s"
up = { base = "100us", jitter = "10us", shape = "exp" }
[[server.event]]
at = "${SILENT_S}s"
loss = 1.0
[[server.event]]
at = "${SILENT_S + 7200}s"
loss = 0.0
`;
const RUNS = 12;

/** Shows two hours without a packet: a dozen oscillators, and the hub's sigma and bound. */
export async function holdover(quick: boolean): Promise<string> {
  const runs: (readonly Frame[])[] = [];
  for (let seed = 1; seed <= (quick ? 1 : RUNS); seed++) runs.push((await watch(SCENARIO, { seed })).frames);
  const hours = ({ atS }: Moment) => (atS - SILENT_S) / 3600;
  const x = { label: 'hours since the last packet', range: [-0.5, 2.5] } as const;
  const shown = runs.map((frames) => frames.filter((frame) => hours(frame) >= x.range[0]));
  const typical = middle(shown, (frames) => frames.findLast((frame) => hours(frame) < 2)!.clock.sigmaNs);
  const stated = (name: 'sigmaNs' | 'boundNs') =>
    typical.map((frame) => [hours(frame), frame.clock[name] / 1e3] as const);
  const [sigma, bound] = [stated('sigmaNs'), stated('boundNs')];
  return chart({
    title: 'Holdover',
    summary:
      'Without packets sigma and bound grow; of twelve oscillators most stay within sigma and all within the bound.',
    panels: [
      {
        title: `Error of the clock in ${RUNS} runs, and its stated sigma and bound`,
        height: 240,
        x,
        y: { label: 'error, µs', range: [-3000, 3000] },
        marks: [
          band(
            sigma.map(([at, value]) => [at, -value, value] as const),
            COLOUR.blue,
            { key: '± sigma, of the middle run' },
          ),
          line(bound, COLOUR.orange, { width: 2, key: '± bound' }),
          line(
            bound.map(([at, value]) => [at, -value] as const),
            COLOUR.orange,
            { width: 2 },
          ),
          ...shown.map((frames, n) =>
            line(
              frames.map((frame) => [hours(frame), frame.truthNs / 1e3] as const),
              COLOUR.grey,
              { width: 1, key: n === 0 ? 'true error, a line each run' : '' },
            ),
          ),
          event(0, 'the server falls silent'),
          event(2, 'and returns'),
        ],
      },
    ],
  });
}

const middle = <T>(values: readonly T[], measure: (value: T) => number): T =>
  [...values].sort((a, b) => measure(a) - measure(b))[values.length >> 1]!;
