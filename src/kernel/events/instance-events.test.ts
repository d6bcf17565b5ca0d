import { expect } from 'chai';
import type { InstanceState } from '../../api/index.js';
import { InstanceEvents } from './instance-events.js';

/** Returns the reports of an instance that passes through these states. */
function reported(...passed: readonly (readonly [InstanceState, string?])[]): readonly string[] {
  const events = new InstanceEvents();
  let before: InstanceState = 'configured';
  return passed.flatMap(([state, reason = '']) => {
    const found = events.of({ id: 'x.a', kind: 'source', state, reason }, before);
    before = state;
    return found === undefined ? [] : [`${found.severity} ${found.text}`];
  });
}

describe('the events of an instance', () => {
  it('are not its plain start and stop', () => {
    expect(reported(['starting'], ['running'], ['stopping'], ['stopped'])).to.deep.equal(['info is stopped']);
  });

  it('are its failures, once however often they repeat, and its recovery', () => {
    const retry = (delay: string) => [['failed', `it fell over; tries again in ${delay}`], ['starting']] as const;
    expect(reported(['starting'], ...retry('1 s'), ...retry('2 s'), ...retry('4 s'), ['running'])).to.deep.equal([
      'warning is failed: it fell over; tries again in 1 s',
      'info is running again',
    ]);
  });

  it('are other reasons, not other numbers in them', () => {
    expect(
      reported(
        ['degraded', 'no fix: 2 satellites of 7'],
        ['degraded', 'no fix: 3 satellites of 7'],
        ['degraded', 'the receiver is silent'],
        ['running', 'the receiver has a fix'],
      ),
    ).to.deep.equal([
      'warning is degraded: no fix: 2 satellites of 7',
      'warning is degraded: the receiver is silent',
      'info is running: the receiver has a fix',
    ]);
  });

  it('are the same failure again after it had recovered', () => {
    expect(reported(['failed', 'gone'], ['starting'], ['running'], ['failed', 'gone'])).to.have.length(3);
  });
});
