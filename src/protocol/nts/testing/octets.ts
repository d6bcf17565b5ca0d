/** Returns octets that are not random, but the same in every run: xorshift32. */
export function octetsFrom(seed: number): (octets: number) => Uint8Array {
  const next = numbersFrom(seed);
  return (octets) => Uint8Array.from({ length: octets }, () => next(256));
}

/** Returns whole numbers from 0 to below `below`, the same in every run. */
export function numbersFrom(seed: number): (below: number) => number {
  let x = seed;
  return (below) => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) % below;
  };
}
