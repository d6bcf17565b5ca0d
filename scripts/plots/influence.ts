import { OneSidedComponent } from '../../src/core/estimator/noise/one-sided.js';
import { COLOUR, chart, line } from './chart.js';

/** Standard deviation of the estimate, mean jitter and standard deviation of the early edge, µs. */
const PRIOR = 200;
const JITTER = 1000;
const EDGE = 100;

/** Shows how far one leg moves the estimate, by its lateness, with one-sided noise and in a linear filter. */
export function influence(): string {
  const leg = Object.assign(new OneSidedComponent(), { noiseVariance: EDGE ** 2, scale: JITTER });
  const late = Array.from({ length: 281 }, (_, n) => -800 + 20 * n);
  const oneSided = late.map((residual) => {
    leg.evaluate({ residual, variance: PRIOR ** 2 });
    return [residual, leg.moments.shift] as const;
  });
  const noise = EDGE ** 2 + JITTER ** 2;
  const linear = late.map((residual) => [residual, (PRIOR ** 2 / (PRIOR ** 2 + noise)) * (residual - JITTER)] as const);
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
