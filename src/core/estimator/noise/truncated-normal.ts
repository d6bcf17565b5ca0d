/** The table of λ covers −LIMIT ≤ α ≤ LIMIT, with this many nodes in each unit. */
const LIMIT = 8;
const PER_UNIT = 16;
/** ln √(2π) */
const LOG_ROOT_TAU = 0.5 * Math.log(2 * Math.PI);

/** λ at each node, and its first and second derivatives by the node number. */
const NODES = 2 * LIMIT * PER_UNIT + 1;
const VALUE = Float64Array.from({ length: NODES }, (_, n) => exactLambda(n / PER_UNIT - LIMIT));
const FIRST = VALUE.map((value, n) => (-value * (n / PER_UNIT - LIMIT + value)) / PER_UNIT);
const SECOND = VALUE.map((value, n) => {
  const alpha = n / PER_UNIT - LIMIT;
  const slope = -value * (alpha + value);
  return (-slope * (alpha + value) - value * (1 + slope)) / PER_UNIT ** 2;
});

/** The standard normal distribution truncated above at α. */
export class TruncatedNormal {
  alpha = 0;
  /** λ(α) = φ(α)/Φ(α), the inverse Mills ratio. */
  lambda = 0;
  /** α + λ: by how many of its sigmas before truncation the mean is below the limit. */
  distance = 0;

  /**
   * Sets λ from α: within ±LIMIT by quintic interpolation of the table (error below 1e-11), below by a continued fraction,
   * above by its limit φ(α). There is no cancellation at any α.
   */
  truncate(): void {
    const { alpha } = this;
    if (alpha <= -LIMIT) {
      this.distance = lambdaMinusArgument(-alpha);
      this.lambda = this.distance - alpha;
      return;
    }
    if (alpha >= LIMIT) this.lambda = Math.exp(-0.5 * alpha * alpha - LOG_ROOT_TAU);
    else {
      const at = (alpha + LIMIT) * PER_UNIT;
      const n = Math.min(Math.floor(at), NODES - 2);
      const t = at - n;
      const u = 1 - t;
      this.lambda =
        u * u * u * (VALUE[n]! * (1 + 3 * t + 6 * t * t) + FIRST[n]! * t * (1 + 3 * t) + (SECOND[n]! / 2) * t * t) +
        t *
          t *
          t *
          (VALUE[n + 1]! * (1 + 3 * u + 6 * u * u) - FIRST[n + 1]! * u * (1 + 3 * u) + (SECOND[n + 1]! / 2) * u * u);
    }
    this.distance = alpha + this.lambda;
  }

  /** ln Φ(α) */
  get logProbability(): number {
    return this.alpha >= LIMIT ? 0 : logDensity(this.alpha) - Math.log(this.lambda);
  }
}

/** ln φ(z) */
export function logDensity(z: number): number {
  return -0.5 * z * z - LOG_ROOT_TAU;
}

/** λ(−x) − x for x > 0, by its continued fraction 1/(x + 2/(x + 3/(x + …))). */
function lambdaMinusArgument(x: number): number {
  let tail = +x;
  for (let k = 24; k >= 2; k--) tail = x + k / tail;
  return 1 / tail;
}

function exactLambda(alpha: number): number {
  if (alpha < -4) return lambdaMinusArgument(-alpha) - alpha;
  // Φ(α) = ½ + φ(α)·(α + α³/3 + α⁵/15 + …)
  const density = Math.exp(logDensity(alpha));
  let term = alpha;
  let sum = alpha;
  for (let k = 3; Math.abs(term) > 1e-18 && k < 400; k += 2) {
    term *= (alpha * alpha) / k;
    sum += term;
  }
  return density / (0.5 + density * sum);
}
