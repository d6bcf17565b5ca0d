import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { Bench } from '../bench.js';
import { need } from '../need.js';
import { ATTACKS } from './attacks/index.js';
import { breaches } from './limits.js';
import { Network } from './network.js';
import type { Span } from './span.js';
import { Target } from './target.js';
import { attackFor, calm, inProcess, type Waged } from './trial.js';

const CALM_S = 5;
const ATTACK_S = 6;
const STOP_MS = 5000;

/** The attacks run one after the other on the same hub. A hub that failed is replaced. */
describe('a hub among hostile peers', function () {
  this.timeout(120_000);
  let bench = new Bench();
  let hub: { readonly target: Target; readonly before: Span } | undefined;

  async function attacked(context: Mocha.Context): Promise<NonNullable<typeof hub>> {
    if (hub === undefined) {
      const target = await Target.start(bench, Network.make(context, bench), need(context, 'chrony'));
      hub = { target, before: await calm(target, CALM_S) };
    }
    return hub;
  }

  async function clear(): Promise<void> {
    hub = undefined;
    await bench.clear();
    bench = new Bench();
  }

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await clear();
  });
  after(() => clear());

  for (const attack of ATTACKS) {
    it(`serves as before: ${attack.name}`, async function () {
      const { target, before } = await attacked(this);
      const { figures, attacker } = await attackFor(target, inProcess(attack), ATTACK_S, before);
      await attacker.end();
      expect(breaches(figures, attack), JSON.stringify(figures)).to.deep.equal([]);
    });
  }

  it('is seen to stand still, if it does', async function () {
    const { target, before } = await attacked(this);
    const { figures } = await attackFor(target, () => new Stall(target, 1000), 2, before);
    expect(breaches(figures, { atLeast: 0 }).join('; '))
      .to.match(/an NTP reply took/)
      .and.match(/the status took/);
  });

  it('stops within 5 s in the midst of an attack', async function () {
    const { target, before } = await attacked(this);
    const { attacker } = await attackFor(target, inProcess(ATTACKS[0]!), 1, before);
    expect(await target.hub.process.stop('SIGTERM', STOP_MS)).to.deep.equal({ code: 0, signal: null });
    await attacker.end();
  });
});

/** Stops the hub's process for a while. No attack may have this effect. */
class Stall implements Waged {
  readonly name = 'stall';
  readonly begun = Promise.resolve();
  readonly actions = 1;
  readonly #over: Promise<void>;

  constructor({ hub }: Target, durationMs: number) {
    hub.process.signal('SIGSTOP');
    this.#over = pause(durationMs).then(() => hub.process.signal('SIGCONT'));
  }

  end(): Promise<void> {
    return this.#over;
  }
}
