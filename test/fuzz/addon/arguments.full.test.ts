import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { root } from '../../place.js';

const SEQUENCES = Number(process.env.FUZZ_SEQUENCES ?? 2000);
const CALLS = 25;
const TORMENT = join(import.meta.dirname, 'torment.js');

interface Summary {
  readonly delivered: number;
  readonly calls: Readonly<Record<string, { readonly done: number; readonly refused: number }>>;
}

/** With the addon of `npm run test:asan`, a memory fault or undefined behaviour ends the child. */
describe('the addon, called in every wrong way', function () {
  this.timeout(300_000);

  it(`survives ${SEQUENCES} sequences of ${CALLS} calls, with traffic`, function () {
    if (!existsSync(join(root, 'build/Release/timehub.node')) && process.env.TIMEHUB_ADDON === undefined) this.skip();
    const { status, signal, stdout, stderr } = spawnSync(process.execPath, [TORMENT, '1', `${SEQUENCES}`, `${CALLS}`], {
      encoding: 'utf8',
    });
    expect({ status, signal }, stderr.slice(-4000)).to.deep.equal({ status: 0, signal: null });
    const { delivered, calls } = JSON.parse(stdout) as Summary;
    expect(delivered).to.be.above(SEQUENCES / 2);
    for (const [name, { done, refused }] of Object.entries(calls)) {
      expect(done + refused, name).to.be.above(10);
    }
    for (const name of ['openUdp', 'send', 'local', 'close', 'openUnix']) {
      expect(calls[name]!.done, name).to.be.above(10);
      expect(calls[name]!.refused, name).to.be.above(0);
    }
  });
});
