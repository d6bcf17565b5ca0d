import { band, COLOUR, chart, dots, line } from './chart.mjs';
import { watch } from './lab.mjs';

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

/** What the legs of a path with exponential queueing say, and what the filter and an average make of it. */
export async function legs() {
  const { frames, exchanges } = await watch(SCENARIO);
  const hours = ({ atS }) => atS / 3600;
  const means = exchanges.map((_, n) => {
    const last = exchanges.slice(Math.max(0, n + 1 - AVERAGED), n + 1);
    return last.reduce((sum, { outNs, inNs }) => sum + (outNs - inNs) / 2, 0) / last.length;
  });
  const known = frames.filter(({ clock }) => Number.isFinite(clock.sigmaNs));
  const x = { range: [0, 4] };
  return chart({
    title: 'Legs with one-sided noise',
    summary:
      'Outbound legs lie above the true offset, inbound legs below it, densest at the edge; the filter follows the gap between the two edges and is several times closer than an average.',
    panels: [
      {
        title: 'What each leg says of the offset: outbound transit − base, base − inbound transit',
        height: 170,
        x,
        y: { label: 'offset, ms', range: [-4, 4], ticks: [-4, -2, 0, 2, 4] },
        marks: [
          dots(
            exchanges.map((one) => [hours(one), (one.outNs - BASE_NS) / 1e6]),
            COLOUR.blue,
            { size: 3.5, key: 'outbound leg: the offset is at most this' },
          ),
          dots(
            exchanges.map((one) => [hours(one), (BASE_NS - one.inNs) / 1e6]),
            COLOUR.orange,
            { size: 3.5, key: 'inbound leg: at least this' },
          ),
          line(
            frames.map((frame) => [hours(frame), frame.truthNs / 1e6]),
            COLOUR.text,
            { key: 'true offset' },
          ),
        ],
      },
      {
        title: 'Error of what is made of them (truth = 0)',
        height: 190,
        x: { ...x, label: 'hours since the start, an exchange every 64 s' },
        y: { label: 'error, µs', range: [-1000, 1000] },
        marks: [
          line(
            exchanges.map((one, n) => [hours(one), (means[n] - one.truthNs) / 1e3]),
            COLOUR.orange,
            { key: `mean of the last ${AVERAGED} exchanges` },
          ),
          band(
            known.map(({ atS, clock }) => [atS / 3600, -clock.sigmaNs / 1e3, clock.sigmaNs / 1e3]),
            COLOUR.blue,
            { key: '± sigma, as stated' },
          ),
          line(
            known.map((frame) => [hours(frame), (frame.clock.offsetNs - frame.truthNs) / 1e3]),
            COLOUR.blue,
            { key: 'timehub', width: 2 },
          ),
        ],
      },
    ],
  });
}
