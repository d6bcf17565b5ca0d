import type { Built } from './build.js';
import { Coverage } from './coverage.js';

/** Those of the inputs, short ones first, that reach what the ones before do not. */
export function smallest({ target, counters }: Built, inputs: readonly Uint8Array[]): readonly Uint8Array[] {
  const coverage = new Coverage(counters);
  coverage.clear();
  return inputs.toSorted((a, b) => a.length - b.length).filter((input) => coverage.take(target.run(input)));
}
