import { COLOUR, chart, event, line, note } from './chart.js';
import { errorNs, known, type Moment, watch } from './watch.js';

const DRIFT_S = 2400;
const server = (name: string, more = '') => `
[[server]]
name = "${name}"
poll = "64s"
up = { base = "20ms", jitter = "1ms", shape = "exp" }
${more}
`;
const SCENARIO = `
duration = "5400s"
[clock]
wander = 1e-9
frequency = "10ppm"
offset = "10ms"
${server('a')}${server('b')}${server('c')}
${server('d', 'offset = "50ms"')}
${server('e', `[[server.event]]\nat = "${DRIFT_S}s"\ndrift = "100ppm"`)}
`;
const STATES = {
  combined: { colour: COLOUR.green, key: 'combined' },
  agrees: { colour: COLOUR.blue, key: 'agrees (no weight)' },
  warming: { colour: COLOUR.orange, key: 'warming (learnt again)' },
  rejected: { colour: COLOUR.red, key: 'rejected' },
};

/** Shows a source that is wrong from the start, and one that leaves the others at 100 ppm. */
export async function falsetickers(): Promise<string> {
  const { frames } = await watch(SCENARIO);
  const minutes = ({ atS }: Moment) => atS / 60;
  const x = { range: [0, 90] } as const;
  const ids = frames[0]!.sources.map(({ id }) => id);
  const segments = Object.entries(STATES).flatMap(([state, { colour, key }]) =>
    ids.map((id, n) =>
      line(
        frames.map((frame) => {
          const source = frame.sources.find((one) => one.id === id);
          return [
            minutes(frame),
            source?.state === state ? (source.offsetNs - frame.truthNs) / 1e6 : Number.NaN,
          ] as const;
        }),
        colour,
        { width: 2.5, key: n === 0 ? key : '' },
      ),
    ),
  );
  const errors = known(frames).map((frame) => [minutes(frame), errorNs(frame) / 1e3] as const);
  const worst = 1.1 * Math.max(...errors.filter(([at]) => at > 10).map(([, error]) => Math.abs(error)));
  return chart({
    title: 'Falsetickers',
    summary:
      'A source 50 ms off is rejected from the first vote on. One that begins to drift at 100 ppm loses its weight once it cannot be noise any more, and is rejected when its interval leaves the majority.',
    panels: [
      {
        title: 'Offset by each source − truth; colour: its state',
        height: 200,
        x,
        y: { label: 'offset, ms', range: [-10, 190] },
        marks: [
          event(DRIFT_S / 60, 'e begins to drift, 100 ppm', { side: -1 }),
          note(2, 56, 'd, 50 ms off from the start'),
          note(2, 6, 'a, b, c and at first e'),
          line(
            [
              [DRIFT_S / 60, 0],
              [90, 300],
            ],
            COLOUR.text,
            { width: 1, dash: '2 3', key: 'e, in truth' },
          ),
          ...segments,
        ],
      },
      {
        title: 'Error of the hub’s estimate',
        height: 110,
        x: { ...x, label: 'minutes since the start' },
        y: { label: 'error, µs', range: [-worst / 2, worst] },
        marks: [event(DRIFT_S / 60, '', {}), line(errors, COLOUR.blue, { width: 2 })],
      },
    ],
  });
}
