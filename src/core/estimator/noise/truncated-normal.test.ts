import { expect } from 'chai';
import { OneSidedComponent } from './one-sided.js';
import { TruncatedNormal } from './truncated-normal.js';

function truncatedAt(alpha: number): TruncatedNormal {
  const normal = new TruncatedNormal();
  normal.alpha = alpha;
  normal.truncate();
  return normal;
}

/** Φ(α)/φ(α) = ∫₀^∞ exp(αt − t²/2) dt, by Simpson's rule. */
function millsByIntegral(alpha: number): number {
  const end = Math.max(12, alpha + 12);
  return simpson((t) => Math.exp(alpha * t - (t * t) / 2), 0, end);
}

function simpson(of: (t: number) => number, from: number, to: number): number {
  const steps = 20_000;
  const width = (to - from) / steps;
  let sum = of(from) + of(to);
  for (let i = 1; i < steps; i++) sum += (i % 2 === 1 ? 4 : 2) * of(from + i * width);
  return (sum * width) / 3;
}

describe('the truncated normal distribution', () => {
  it('has λ = φ/Φ right from −40 to 12, also where table and limits meet', () => {
    for (const alpha of [-40, -12, -8.001, -7.999, -4.02, -3.98, -1.03, 0, 0.47, 3.3, 7.99, 8.01, 12]) {
      const wanted = 1 / millsByIntegral(alpha);
      expect(truncatedAt(alpha).lambda / wanted, `λ(${alpha})`).to.be.closeTo(1, 3e-7);
    }
  });

  it('has ln Φ in agreement with λ', () => {
    for (const alpha of [-20, -8, -3, 0.1, 2]) {
      const { lambda } = truncatedAt(alpha);
      const slope = (truncatedAt(alpha + 1e-4).logProbability - truncatedAt(alpha - 1e-4).logProbability) / 2e-4;
      expect(slope).to.be.closeTo(lambda, 1e-5 * lambda);
    }
  });

  it('gives the moments of a leg with late noise, as an integration over h·x does', () => {
    const [prior, noise, scale] = [4, 0.25, 3];
    for (const residual of [-6, -1, 0.5, 4, 20]) {
      const density = (error: number) => Math.exp(-(error ** 2) / (2 * noise));
      const likelihood = (y: number) =>
        simpson((e) => (density(residual - y - e) * Math.exp(-e / scale)) / scale, 0, 40) /
        Math.sqrt(2 * Math.PI * noise);
      const grid = Array.from({ length: 241 }, (_, i) => -12 + i * 0.1);
      const mass = grid.map(
        (y) => (likelihood(y) * Math.exp(-(y ** 2) / (2 * prior))) / Math.sqrt(2 * Math.PI * prior),
      );
      const total = mass.reduce((sum, value) => sum + value * 0.1, 0);
      const mean = mass.reduce((sum, value, i) => sum + value * grid[i]! * 0.1, 0) / total;
      const variance = mass.reduce((sum, value, i) => sum + value * (grid[i]! - mean) ** 2 * 0.1, 0) / total;
      const leg = new OneSidedComponent();
      leg.noiseVariance = noise;
      leg.scale = scale;
      leg.evaluate({ residual, variance: prior });
      expect(leg.moments.shift, `mean at ${residual}`).to.be.closeTo(mean, 1e-3);
      expect(leg.moments.variance, `variance at ${residual}`).to.be.closeTo(variance, 1e-3);
      expect(leg.logLikelihood, `likelihood at ${residual}`).to.be.closeTo(Math.log(total), 1e-3);
    }
  }).timeout(20_000);

  it('leaves the noise of the leg where h·x was unknown to a second', () => {
    const leg = new OneSidedComponent();
    for (const [gaussian, scale] of [
      [10, 1],
      [10, 1e3],
      [100, 20],
    ] as const) {
      leg.noiseVariance = gaussian ** 2;
      leg.scale = scale;
      leg.evaluate({ residual: 50, variance: 1e18 });
      expect(Math.sqrt(leg.moments.variance), `${gaussian} ${scale}`).to.be.within(
        0.9 * gaussian,
        Math.hypot(gaussian, scale) + 20,
      );
      expect(leg.moments.shift).to.be.closeTo(50 - scale, 0.1);
    }
  });
});
