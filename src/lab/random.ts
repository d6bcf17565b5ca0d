/** Seeded randomness: the same seed gives the same numbers on every machine. */
export interface Random {
  /** In [0, 1). */
  uniform(): number;
  /** Mean 0, standard deviation 1. */
  normal(): number;
  /** Mean 1. */
  exponential(): number;
  octets(count: number): Uint8Array;
  /** Returns an independent stream: its draws do not change those of other streams. */
  fork(name: string): Random;
}

export function createRandom(seed: number, name = ''): Random {
  const word = generator(seed >>> 0, hash(name));
  const uniform = (): number => ((word() >>> 5) * 67_108_864 + (word() >>> 6)) / 9_007_199_254_740_992;
  const exponential = (): number => -Math.log(1 - uniform());
  return {
    uniform,
    exponential,
    // Box–Muller. The second number of the pair is not kept, so that a draw does not depend on earlier ones.
    normal: () => Math.sqrt(2 * exponential()) * Math.cos(2 * Math.PI * uniform()),
    octets: (count) => Uint8Array.from({ length: count }, () => word() & 0xff),
    fork: (child) => createRandom(seed, `${name}/${child}`),
  };
}

/** sfc32 (Chris Doty-Humphrey, PractRand): 32 bits a call. */
function generator(seed: number, stream: number): () => number {
  let a = seed | 0;
  let b = stream | 0;
  let c = 0x9e3779b9 | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let i = 0; i < 16; i++) next();
  return next;
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value;
}
