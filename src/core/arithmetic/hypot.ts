/**
 * √(a² + b²) and √(a² + b² + c²), to the last bit as V8's Math.hypot has them: the terms are scaled by the greatest one, and the
 * sum of three is compensated (Kahan). Math.hypot itself allocates an array at each call and takes several times as long.
 */

export function hypot(a: number, b: number): number {
  const greatest = Math.max(Math.abs(a), Math.abs(b));
  if (greatest === 0 || greatest === Number.POSITIVE_INFINITY) return greatest;
  const x = a / greatest;
  const y = b / greatest;
  return Math.sqrt(x * x + y * y) * greatest;
}

export function hypot3(a: number, b: number, c: number): number {
  const greatest = Math.max(Math.abs(a), Math.abs(b), Math.abs(c));
  if (greatest === 0 || greatest === Number.POSITIVE_INFINITY) return greatest;
  const x = a / greatest;
  const y = b / greatest;
  const z = c / greatest;
  const both = x * x + y * y;
  const excess = both - x * x - y * y;
  return Math.sqrt(both + (z * z - excess)) * greatest;
}
