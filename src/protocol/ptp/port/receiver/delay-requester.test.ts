import { expect } from 'chai';
import { Outbox } from '../action.js';
import { MinorVersion } from '../minor-version.js';
import { delayRespOf, portOf, S, stampOf } from '../testing/messages.js';
import { DelayRequester } from './delay-requester.js';

const own = portOf(5);
const master = portOf(1);

function rig(random: () => number = () => 0.5) {
  const out = new Outbox();
  const envelope = { identity: own, domain: 0, sdoId: 0, version: new MinorVersion(1) };
  const requester = new DelayRequester({ envelope, logInterval: 0, random }, out);
  const ask = (now: bigint) => {
    requester.wake(now);
    const action = out.drain()[0];
    if (action?.type !== 'send') throw new Error('nothing was sent');
    return { ...action, id: action.message.header.sequenceId };
  };
  return { requester, ask, out };
}

describe('the delay requester', () => {
  it('sends at random times within twice the interval', () => {
    for (const [random, due] of [
      [0.25, S / 2n],
      [0.75, (3n * S) / 2n],
      [0, S / 16n],
    ] as const) {
      const { requester } = rig(() => random);
      requester.start(master, 'group', 0n);
      expect(requester.dueAt).to.equal(due);
    }
  });

  it('sends to one address with the unicast flag (hybrid)', () => {
    const { requester, ask } = rig();
    requester.start(master, { address: '192.0.2.1' }, 0n);
    const { to, message } = ask(S);
    expect(to).to.deep.equal({ address: '192.0.2.1' });
    expect(message.header.flags.unicast).to.equal(true);
  });

  it('takes stamp and answer in either order', () => {
    for (const order of ['stamp first', 'answer first']) {
      const { requester, ask } = rig();
      requester.start(master, 'group', 0n);
      const { token, id } = ask(S);
      const answer = delayRespOf(master, own, id, 900n, { correction: 4n << 16n });
      const [first, second] =
        order === 'stamp first'
          ? [requester.sent(token, stampOf(500n)), requester.receive(answer)]
          : [requester.receive(answer), requester.sent(token, stampOf(500n))];
      expect(first).to.equal(undefined);
      expect(second).to.deep.equal({ sent: stampOf(500n), received: 900n, correction: 4n << 16n });
    }
  });

  it('takes no answer twice, of another clock or another of its ports, to another port or with another number', () => {
    const { requester, ask } = rig();
    requester.start(master, 'group', 0n);
    const { token, id } = ask(S);
    requester.sent(token, stampOf(500n));
    expect(requester.receive(delayRespOf(portOf(2), own, id, 900n))).to.equal(undefined);
    expect(requester.receive(delayRespOf(portOf(1, 2), own, id, 900n))).to.equal(undefined);
    expect(requester.fault).to.equal('the Delay_Resp come from 001122.fffe.000001-2');
    expect(requester.receive(delayRespOf(master, portOf(5, 2), id, 900n))).to.equal(undefined);
    expect(requester.receive(delayRespOf(master, own, id + 1, 900n))).to.equal(undefined);
    expect(requester.receive(delayRespOf(master, own, id, 900n))).not.to.equal(undefined);
    expect(requester.receive(delayRespOf(master, own, id, 901n))).to.equal(undefined);
  });

  it('uses the interval of the answer, within limits', () => {
    const { requester, ask } = rig();
    requester.start(master, 'group', 0n);
    for (const [named, taken] of [
      [-3, -3],
      [0x7f, -3],
      [-100, -7],
      [100, 6],
    ] as const) {
      requester.receive(delayRespOf(master, own, ask(requester.dueAt!).id, 900n, { logInterval: named }));
      expect(requester.logInterval).to.equal(taken);
    }
  });

  it('a lost transmit stamp is counted and drops that exchange only', () => {
    const { requester, ask } = rig();
    requester.start(master, 'group', 0n);
    const lost = ask(S);
    requester.stampLost(lost.token);
    expect(requester.stampsLost).to.equal(1);
    expect(requester.receive(delayRespOf(master, own, lost.id, 900n))).to.equal(undefined);
    const next = ask(2n * S);
    requester.sent(next.token, stampOf(500n));
    expect(requester.receive(delayRespOf(master, own, next.id, 900n))?.received).to.equal(900n);
  });

  it('counts consecutive unanswered requests', () => {
    const { requester, ask } = rig();
    requester.start(master, 'group', 0n);
    for (let n = 1; n <= 10; n++) ask(BigInt(n) * S);
    expect(requester.unanswered).to.equal(6);
    requester.receive(delayRespOf(master, own, ask(11n * S).id, 900n));
    expect(requester.unanswered).to.equal(0);
  });
});
