import type { Built } from './build.js';

/** Returns the inputs, short ones first, that pass an edge which no earlier one passes. */
export function smallest({ target, counters }: Built, inputs: readonly Uint8Array[]): readonly Uint8Array[] {
  const passed = new Uint8Array(counters.length);
  return inputs
    .toSorted((a, b) => a.length - b.length)
    .filter((input) => {
      counters.fill(0);
      target.run(input);
      const isNew = counters.some((count, edge) => count > 0 && passed[edge] === 0);
      for (const [edge, count] of counters.entries()) if (count > 0) passed[edge] = 1;
      return isNew;
    });
}
