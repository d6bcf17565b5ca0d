import { band, COLOUR, chart, line, note } from './chart.js';
import { watch } from './watch.js';

const server = (name: string, base: string, more = '') => `
[[server]]
name = "${name}"
poll = "16s"
up = { base = "${base}", jitter = "500us", shape = "exp" }
${more}
`;
const SCENARIO = `
duration = "900s"
[clock]
wander = 1e-9
${server('rack', '1ms')}
${server('town', '3ms')}
${server('far', '12ms', 'root-delay = "3ms"\nroot-dispersion = "600us"')}
${server('abroad', '20ms', 'root-delay = "6ms"\nroot-dispersion = "1ms"')}
${server('liar', '2ms', 'offset = "12ms"')}
`;
const colourOf = (state: string): string => (state === 'rejected' ? COLOUR.red : COLOUR.green);

/** Shows the vote at one moment: each source's interval, and where those of a majority overlap. */
export async function vote(): Promise<string> {
  const { frames } = await watch(SCENARIO);
  const hub = frames.at(-1)!;
  const rows = hub.sources.map((source, n) => {
    const centre = source.offsetNs - hub.clock.offsetNs;
    // The bound of a source is its distance and six sigmas; voters are compared at three.
    const half = source.boundNs - 3 * source.sigmaNs;
    return {
      ...source,
      row: hub.sources.length - n,
      centre: centre / 1e6,
      low: (centre - half) / 1e6,
      high: (centre + half) / 1e6,
    };
  });
  const majority = rows.filter(({ state }) => state !== 'rejected');
  const low = Math.max(...majority.map((row) => row.low));
  const high = Math.min(...majority.map((row) => row.high));
  const top = rows.length + 0.6;
  return chart({
    title: 'A vote',
    summary: 'The intervals of four sources overlap; that of the liar touches only the two widest and is left out.',
    panels: [
      {
        title: 'The interval of each source: its offset ± its root distance and three sigmas',
        height: 190,
        x: { label: 'offset by this source − offset by the hub, ms', range: [-27, 33] },
        y: {
          label: 'source',
          range: [0.4, top],
          ticks: rows.map(({ row }) => row),
          format: (row) => rows.find((one) => one.row === row)!.id.replace('ntp.', ''),
        },
        marks: [
          band(
            [
              [low, 0.4, top],
              [high, 0.4, top],
            ],
            COLOUR.blue,
            { key: 'all of a majority overlap here: the truth' },
          ),
          ...rows.flatMap(({ row, low, high, centre, state }) => [
            line(
              [
                [low, row],
                [high, row],
              ],
              colourOf(state),
              { width: 7 },
            ),
            line(
              [
                [centre, row - 0.28],
                [centre, row + 0.28],
              ],
              COLOUR.text,
              { width: 2 },
            ),
            note(high, row, state, { colour: colourOf(state), dx: 8, dy: 4 }),
          ]),
        ],
      },
    ],
  });
}
