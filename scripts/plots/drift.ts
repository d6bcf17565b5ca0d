import { COLOUR, chart, event, line } from './chart.js';
import { errorNs, known, type Moment, watch } from './watch.js';

const DRIFT_S = 1800;
const END_S = 4200;
const DRIFT_PPM = 1.4;
const server = (name: string, base: string, poll: string, more = '') => `
[[server]]
name = "${name}"
poll = "${poll}"
up = { base = "${base}", jitter = "20us", shape = "exp" }
down = { base = "${base}", jitter = "40us", shape = "exp" }
${more}
`;
const SCENARIO = `
duration = "${END_S}s"
[clock]
wander = 6e-9
frequency = "10ppm"
offset = "10ms"
${server('near', '100us', '16s', `[[server.event]]\nat = "${DRIFT_S}s"\ndrift = "${DRIFT_PPM}ppm"`)}
${server('rack', '700us', '64s')}
${server('town', '2.5ms', '32s')}
${server('far', '4.5ms', '32s')}
${server('abroad', '23ms', '128s')}
`;

/** Shows the nearest server of five when its time begins to drift: the error, and what either promise says of it. */
export async function drift(): Promise<string> {
  const { frames } = await watch(SCENARIO);
  const minutes = ({ atS }: Moment) => atS / 60;
  const all = known(frames).filter(({ atS }) => atS > 300);
  const found = all.find(({ sources }) => sources.some(({ id, state }) => id === 'ntp.near' && state === 'rejected'))!;
  const driftNs = ({ atS }: Moment): number => Math.max(0, atS - DRIFT_S) * DRIFT_PPM * 1e3;
  const points = (value: (frame: (typeof all)[number]) => number | undefined) =>
    all.map((frame) => [minutes(frame), Math.max(Math.abs(value(frame) ?? Number.NaN) / 1e3, 0.3)] as const);
  return chart({
    title: 'The nearest server drifts',
    summary:
      'The nearest of five servers begins to drift by 1.4 ppm. The bound opens at once, since one of two must drift; the estimate goes along for some minutes until the others show which. The error stays below both promises.',
    panels: [
      {
        title: 'True error of the estimate, and the two promises',
        height: 240,
        x: { label: 'minutes since the start', range: [5, END_S / 60] },
        y: { label: 'µs', range: [0.3, 20_000], log: true },
        marks: [
          event(DRIFT_S / 60, 'near begins to drift, 1.4 ppm', { side: -1 }),
          event(minutes(found), 'near is rejected', { row: 1 }),
          line(points(driftNs), COLOUR.red, { dash: '3 3', key: 'error of near' }),
          line(points(errorNs), COLOUR.blue, { width: 2, key: 'error of the estimate' }),
          line(
            points(({ clock }) => clock.boundNs),
            COLOUR.orange,
            { key: 'bound' },
          ),
          line(
            points(({ clock }) => clock.majorityBoundNs),
            COLOUR.purple,
            { key: 'majority bound' },
          ),
        ],
      },
    ],
  });
}
