import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { fuzzClient, fuzzServer } from '../../src/protocol/csptp/testing/fuzz.js';
import { fuzzCodec } from '../../src/protocol/ptp/testing/fuzz.js';

const FRAMES = Number(process.env.FUZZ_FRAMES ?? 1_000_000);
/** Number of frames before the first measurement of memory: by then the heap has reached its size. */
const WARM_UP = 20_000;
const ALLOWED_GROWTH = 4 * 2 ** 20;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

const TARGETS = [
  ['the PTP codec', fuzzCodec],
  ['the CSPTP server', fuzzServer],
  ['the CSPTP client', fuzzClient],
] as const;

describe(`${FRAMES} random and mutated frames`, function () {
  this.timeout(300_000);

  for (const [name, fuzz] of TARGETS) {
    it(`never make ${name} throw, nor grow`, () => {
      fuzz(WARM_UP, 1);
      const before = heap();
      const outcomes = fuzz(FRAMES, 2);
      expect(heap() - before).to.be.below(ALLOWED_GROWTH);
      expect(outcomes.size).to.be.above(1);
    });
  }
});
