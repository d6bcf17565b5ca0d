import { EventEmitter } from 'node:events';
import { expect } from 'chai';
import { containUncaught, Scope } from './scope.js';

describe('a scope', () => {
  it('crashes on errors of a guarded handler, now or in a promise', async () => {
    const crashes: string[] = [];
    const scope = new Scope('x', (error) => crashes.push(error.message));
    scope.guard(() => {
      throw new Error('now');
    })();
    scope.guard(async () => {
      throw new Error('later');
    })();
    await Promise.resolve();
    await Promise.resolve();
    expect(crashes).to.deep.equal(['now', 'later']);
  });

  it('does nothing after its end, and closes its resources, the newest first', () => {
    const closed: number[] = [];
    const scope = new Scope('x', () => {});
    scope.own(() => closed.push(1));
    scope.own(() => closed.push(2));
    const disown = scope.own(() => closed.push(3));
    disown();
    let called = false;
    const handler = scope.guard(() => {
      called = true;
    });
    scope.close();
    handler();
    expect(closed).to.deep.equal([2, 1]);
    expect(called).to.equal(false);
    expect(scope.signal.aborted).to.equal(true);
  });

  describe('contains uncaught errors', () => {
    // mocha listens too, and would count them as failures of the test.
    let mocha: { readonly event: 'uncaughtException' | 'unhandledRejection'; readonly listeners: readonly unknown[] }[];
    const orphans: unknown[] = [];
    let release: () => void;

    beforeEach(() => {
      mocha = (['uncaughtException', 'unhandledRejection'] as const).map((event) => {
        const listeners = process.listeners(event as 'uncaughtException');
        process.removeAllListeners(event);
        return { event, listeners };
      });
      orphans.length = 0;
      release = containUncaught((error) => orphans.push(error));
    });

    afterEach(() => {
      release();
      for (const { event, listeners } of mocha)
        for (const listener of listeners) process.on(event, listener as () => void);
    });

    const boom = (): never => {
      throw new Error('boom');
    };

    for (const [place, start] of [
      ['a timer', () => void setTimeout(boom, 1)],
      ['a promise', () => void Promise.reject(new Error('boom'))],
      ['an async function', () => void (async () => boom())()],
      [
        'an emitter without a listener',
        () => void setImmediate(() => new EventEmitter().emit('error', new Error('boom'))),
      ],
    ] as const) {
      it(`from ${place}`, async () => {
        const crashed = new Promise<Error>((resolve) => new Scope('x', resolve).run(start));
        expect((await crashed).message).to.equal('boom');
        expect(orphans).to.deep.equal([]);
      });
    }

    it('and gives those outside of a scope to the hub', async () => {
      void setTimeout(boom, 1);
      await new Promise((resolve) => process.once('uncaughtException', resolve));
      expect(orphans).to.have.length(1);
    });
  });
});
