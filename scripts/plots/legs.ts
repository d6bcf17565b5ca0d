import { band, COLOUR, chart, dots, line } from './chart.js';
import { errorNs, known, type Moment, watch } from './watch.js';

const SCENARIO = `
duration = "14400s"
steer = { steer = false }
[clock]
wander = 1e-9
[[server]]
name = "a"
poll = "64s"
up = { base = "20ms", jitter = "1ms", shape = "exp" }
`;
const BASE_NS = 20e6;
const AVERAGED = 8;

/** Shows the legs of a path with exponential queueing, and the errors of the filter and of an average over them. */
export async function legs(): Promise<string> {
  const { frames, exchanges } = await watch(SCENARIO);
  const hours = ({ atS }: Moment) => atS / 3600;
  const means = exchanges.map((_, n) => {
    const last = exchanges.slice(Math.max(0, n + 1 - AVERAGED), n + 1);
    return last.reduce((sum, { outNs, inNs }) => sum + (outNs - inNs) / 2, 0) / last.length;
  });
  const x = { range: [0, 4] } as const;
  return chart({
    title: 'Legs with one-sided noise',
    summary:
      'Outbound legs lie above the true offset, inbound legs below it, densest at the edge; the filter follows the gap between the two edges and is several times closer than an average.',
    panels: [
      {
        title: 'The offset by each leg: outbound transit − base, base − inbound transit',
        height: 170,
        x,
        y: { label: 'offset, ms', range: [-4, 4], ticks: [-4, -2, 0, 2, 4] },
        marks: [
          dots(
            exchanges.map((one) => [hours(one), (one.outNs - BASE_NS) / 1e6] as const),
            COLOUR.blue,
            { size: 3.5, key: 'outbound leg: the offset is at most this' },
          ),
          dots(
            exchanges.map((one) => [hours(one), (BASE_NS - one.inNs) / 1e6] as const),
            COLOUR.orange,
            { size: 3.5, key: 'inbound leg: at least this' },
          ),
          line(
            frames.map((frame) => [hours(frame), frame.truthNs / 1e6] as const),
            COLOUR.text,
            { key: 'true offset' },
          ),
        ],
      },
      {
        title: 'Error of the estimates from them (truth = 0)',
        height: 190,
        x: { ...x, label: 'hours since the start, an exchange every 64 s' },
        y: { label: 'error, µs', range: [-1000, 1000] },
        marks: [
          line(
            exchanges.map((one, n) => [hours(one), (means[n]! - one.truthNs) / 1e3] as const),
            COLOUR.orange,
            { key: `mean of the last ${AVERAGED} exchanges` },
          ),
          band(
            known(frames).map(
              (frame) => [hours(frame), -frame.clock.sigmaNs / 1e3, frame.clock.sigmaNs / 1e3] as const,
            ),
            COLOUR.blue,
            { key: '± sigma, as stated' },
          ),
          line(
            known(frames).map((frame) => [hours(frame), errorNs(frame) / 1e3] as const),
            COLOUR.blue,
            { key: 'timehub', width: 2 },
          ),
        ],
      },
    ],
  });
}
