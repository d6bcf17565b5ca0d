import { join } from 'node:path';
import { root } from '../tree.mjs';
import { COLOUR, chart, line } from './chart.mjs';

const { OneSidedComponent } = await import(join(root, 'dist/src/core/estimator/noise/one-sided.js'));

/** µs */
const PRIOR = 200;
const JITTER = 1000;
const EDGE = 100;

/** How far one leg moves the estimate, by how late it came: one-sided noise beside a linear filter's. */
export async function influence() {
  const leg = new OneSidedComponent();
  const late = Array.from({ length: 281 }, (_, n) => -800 + 20 * n);
  const oneSided = late.map((residual) => {
    leg.see(residual, PRIOR ** 2, EDGE ** 2, JITTER);
    return [residual, leg.shift];
  });
  const noise = EDGE ** 2 + JITTER ** 2;
  const linear = late.map((residual) => [residual, (PRIOR ** 2 / (PRIOR ** 2 + noise)) * (residual - JITTER)]);
  return chart({
    title: 'What one leg does',
    summary:
      'A leg that comes earlier than expected moves the estimate almost one to one, a late one by at most 40 µs however late it is; a linear filter is moved in proportion.',
    panels: [
      {
        title: 'How far one leg moves an estimate whose sigma is 200 µs',
        height: 170,
        x: { label: 'later than the base delay, µs (jitter: exponential, 1000 µs on average)', range: [-800, 4800] },
        y: { label: 'moved by, µs', range: [-800, 200] },
        marks: [
          line(linear, COLOUR.orange, { key: 'linear filter, noise of the same variance' }),
          line(oneSided, COLOUR.blue, { width: 2, key: 'one-sided noise' }),
        ],
      },
    ],
  });
}
