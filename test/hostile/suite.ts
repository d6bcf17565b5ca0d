import { expect } from 'chai';
import { Bench } from '../bench.js';
import { need } from '../need.js';
import type { Attack } from './attack.js';
import { breaches } from './limits.js';
import { Network } from './network.js';
import type { Span } from './span.js';
import { Target } from './target.js';
import { attackFor, calm } from './trial.js';

const CALM_S = 5;
const ATTACK_S = 6;
const STOP_MS = 5000;

/** A test for each attack, one after the other against one hub, which is stopped during the last. */
export function describeAttacks(title: string, attacks: readonly Attack[]): void {
  describe(title, function () {
    this.timeout(120_000);
    let bench = new Bench();
    let hub: { readonly target: Target; readonly before: Span } | undefined;

    /** The hub of the test before, unless that failed. */
    async function attacked(context: Mocha.Context): Promise<NonNullable<typeof hub>> {
      if (hub !== undefined) return hub;
      const target = await Target.start(bench, Network.make(context, bench), need(context, 'chrony'));
      hub = { target, before: await calm(target, CALM_S) };
      return hub;
    }

    async function replace(): Promise<void> {
      hub = undefined;
      await bench.clear();
      bench = new Bench();
    }

    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await replace();
    });
    after(() => replace());

    for (const attack of attacks) {
      it(`serves time as before: ${attack.name}`, async function () {
        const { target, before } = await attacked(this);
        const { figures, end } = await attackFor(target, attack, ATTACK_S, before);
        await end();
        expect(breaches(figures, attack), JSON.stringify(figures)).to.deep.equal([]);
      });
    }

    const last = attacks.at(-1)!;
    it(`stops within 5 s: ${last.name}`, async function () {
      const { target, before } = await attacked(this);
      const { end } = await attackFor(target, last, 1, before);
      expect(await target.hub.process.stop('SIGTERM', STOP_MS)).to.deep.equal({ code: 0, signal: null });
      await end();
    });
  });
}
