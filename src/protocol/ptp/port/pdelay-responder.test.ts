import { expect } from 'chai';
import { Outbox } from './action.js';
import { PdelayResponder } from './pdelay-responder.js';
import { SpokenVersion } from './spoken-version.js';
import { headerOf, portOf, stampOf } from './testing/messages.js';

describe('an answer to a Pdelay_Req', () => {
  it('gives back what transparent clocks have added to the question (IEEE 1588-2019 §11.4.2)', () => {
    const out = new Outbox();
    const responder = new PdelayResponder(
      { identity: portOf(1), domain: 0, sdoId: 0, version: new SpokenVersion(1) },
      out,
    );
    const header = headerOf(portOf(5), 7, { correction: 400n << 16n });
    responder.take({ kind: 'pdelay-req', header, origin: 0n, tlvs: [] }, stampOf(1000n), '52:54:00:00:00:05');
    const first = out.drain().at(-1);
    if (first?.type !== 'send') throw new Error('nothing was sent');
    responder.sent(first.token, stampOf(2000n));
    const second = out.drain().at(-1);
    if (second?.type !== 'send') throw new Error('nothing was sent');
    expect([first, second].map(({ message }) => message.header.correction)).to.deep.equal([0n, 400n << 16n]);
  });
});
