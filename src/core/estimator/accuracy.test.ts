import { expect } from 'chai';
import { ROWS, row, shortened } from './testing/scenarios.js';
import { type FilterOutcome, type FilterScenario, simulate } from './testing/simulator.js';

/** TIMEHUB_TABLE=1 runs the accuracy table at full length, with TIMEHUB_SEEDS seeds (default 7). */
const TABLE = process.env.TIMEHUB_TABLE === '1';

const SHORT: readonly { readonly name: string; readonly durationS: number; readonly rmsNs: number }[] = [
  { name: 'A-exp 16 s', durationS: 8_000, rmsNs: 1390 },
  { name: 'A-norm 16 s', durationS: 8_000, rmsNs: 2990 },
  { name: 'B-exp 64 s', durationS: 30_000, rmsNs: 62e3 },
  { name: 'C 64 s', durationS: 30_000, rmsNs: 33e3 },
  { name: 'D 1024 s', durationS: 60_000, rmsNs: 170e3 },
  { name: 'I every pulse', durationS: 4_000, rmsNs: 244 },
  { name: 'K-norm 1e-9', durationS: 2_500, rmsNs: 22 },
];

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

describe('accuracy of the joint filter, nothing known in advance', function () {
  this.timeout(20_000);
  for (const { name, durationS, rmsNs } of SHORT) {
    it(`${name}: the clock is within ${rmsNs} ns (RMS), sigma is honest`, () => {
      const outcome = simulate(shortened(row(name), durationS), 1);
      expect(outcome.rmsNs).to.be.below(rmsNs);
      expect(outcome.normalised).to.be.within(0.75, 1.25);
    });
  }

  it('F-A: recovers from a frequency step of 1 ppm as fast as chrony (median of five)', () => {
    const { scenario } = row('F-A 64 s');
    const stepped: FilterScenario = {
      ...scenario,
      durationS: 9_500,
      frequencyStep: { atS: 8_000, ppb: 1000 },
      event: { atS: 8_000, limitNs: 16.3e3 },
    };
    const outcomes = [1, 2, 3, 4, 5].map((seed) => simulate(stepped, seed));
    expect(median(outcomes.map(({ recoveryS }) => recoveryS))).to.be.below(357);
    for (const { peakNs } of outcomes) expect(peakNs).to.be.within(20e3, 121e3);
  });

  it('G: from 0.5 s and 50 ppm off to within 1 ms in seconds on a LAN', () => {
    const [server] = row('A-exp 16 s').scenario.servers;
    const start = { offsetNs: 0.5e9, slopePpb: 50e3, servers: [{ ...server!, pollS: 1 }] };
    const outcome = simulate({ ...start, durationS: 300, steadyFromS: 200 }, 1);
    expect(outcome.withinMsS).to.be.below(10);
    expect(outcome.rmsNs).to.be.below(500);
  });
});

if (TABLE)
  describe('the accuracy table', function () {
    this.timeout(0);
    const seeds = Number(process.env.TIMEHUB_SEEDS ?? 7);
    for (const { name, scenario, chronyNs, boundNs } of ROWS) {
      it(name, () => {
        const outcomes = Array.from({ length: seeds }, (_, seed) => simulate(scenario, seed + 1));
        const middle = (of: (outcome: FilterOutcome) => number): number => median(outcomes.map(of));
        const rms = middle(({ rmsNs }) => rmsNs);
        const figures = [
          name.padEnd(16),
          `rms ${rms.toPrecision(4)} ns`,
          `chrony ${chronyNs} ns (${(rms / chronyNs).toFixed(2)})`,
          `bound ${boundNs} ns (${(rms / boundNs).toFixed(2)})`,
          `normalised ${middle(({ normalised }) => normalised).toFixed(2)}`,
          `max ${middle(({ maxNs }) => maxNs).toPrecision(3)} ns`,
          ...(scenario.event === undefined
            ? []
            : [`peak ${middle((o) => o.peakNs).toPrecision(3)} ns, recovery ${middle((o) => o.recoveryS)} s`]),
        ];
        process.stdout.write(`      ${figures.join(', ')}\n`);
      });
    }
  });
