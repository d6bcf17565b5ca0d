import { expect } from 'chai';
import { type Answer, evaluate, type Verdict } from './evaluate.js';
import { Exchange } from './exchange.js';
import { HEADER_OCTETS, type Header, readHeader, writeHeader } from './header.js';
import { type AnsweredRequest, Interleaving } from './interleaving.js';
import { interleavedRequest } from './request.js';
import { fromNtpTime, type NtpTime, toNtpTime } from './timestamp.js';

const NOW = 1_795_255_200_000_000_000n;
const S = 1_000_000_000n;
const TRANSMIT = 0x0102030405060708n;
const RECEIVE = 0x1112131415161718n;
const PREVIOUS = 0xecd0_0000_8000_0001n;
const COOKIE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 17, 18, 19, 20, 21, 22, 23, 24);

function reply(over: Partial<Header>): Uint8Array {
  const packet = new Uint8Array(HEADER_OCTETS);
  writeHeader(
    {
      ...{ leap: 'none', version: 4, mode: 4, stratum: 1, pollLog2: 0, precisionLog2: -25 },
      ...{ rootDelayNs: 0, rootDispersionNs: 0, refid: 0x47505300 },
      ...{ reference: toNtpTime(NOW - S), origin: TRANSMIT, receive: toNtpTime(NOW), transmit: toNtpTime(NOW + 9n) },
      ...over,
    },
    packet,
  );
  return packet;
}

const asked = () => new Exchange(COOKIE, { previous: PREVIOUS });
const judge = (over: Partial<Header>): Verdict => asked().judge(reply(over));

describe('a request in the interleaved mode (RFC 9769 §2)', () => {
  it('repeats the last receive timestamp of the server, and has two random timestamps', () => {
    expect(readHeader(asked().request)).to.include({ origin: PREVIOUS, receive: RECEIVE, transmit: TRANSMIT });
  });

  it('shows nothing else about the client', () => {
    const { request } = asked();
    expect(Buffer.from(request.subarray(0, 24)).toString('hex')).to.equal(`23000020${'00'.repeat(20)}`);
  });

  it('never has equal or zero timestamps, which would ask for the basic mode', () => {
    for (const cookie of [
      new Uint8Array(16),
      new Uint8Array(16).fill(7),
      Uint8Array.from({ length: 16 }, (_, i) => +(i === 7 || i === 15)),
    ]) {
      const { receive, transmit } = readHeader(interleavedRequest(cookie, PREVIOUS));
      expect(receive).not.to.equal(transmit);
      expect(receive).not.to.equal(0n);
      expect(transmit).not.to.equal(0n);
    }
  });
});

describe('a reply to it', () => {
  const before = { transmit: toNtpTime(NOW - 64n * S) };

  it('is in the basic mode if its origin is the transmit timestamp', () => {
    const verdict = judge({});
    expect(verdict.kind === 'answer' && verdict.answer.isInterleaved).to.equal(false);
  });

  it('is in the interleaved mode if its origin is the receive timestamp', () => {
    const verdict = judge({ origin: RECEIVE, ...before });
    expect(verdict.kind === 'answer' && verdict.answer).to.include({ isInterleaved: true, transmit: NOW - 64n * S });
  });

  for (const [what, over, reason] of [
    ['another origin', { origin: 5n, ...before }, 'origin'],
    ['the origin of the server itself', { origin: PREVIOUS, ...before }, 'origin'],
    ['a zero origin', { origin: 0n, ...before }, 'zero-origin'],
  ] as const) {
    it(`is refused with ${what}`, () => expect(judge(over)).to.deep.equal({ kind: 'refused', reason }));
  }

  it('is refused with a zero origin where the request was in the basic mode, whose receive timestamp is zero', () => {
    const basic = new Exchange(COOKIE);
    expect(basic.judge(reply({ origin: 0n }))).to.deep.equal({ kind: 'refused', reason: 'zero-origin' });
    expect(basic.judge(reply({ origin: RECEIVE, ...before }))).to.deep.equal({ kind: 'refused', reason: 'origin' });
  });

  it('cannot state that the last reply left after this request came', () => {
    expect(judge({ origin: RECEIVE })).to.deep.include({
      kind: 'unusable',
      reason: 'claims to have sent its last reply after this request',
    });
  });

  it('may come from a server whose clock was set since its last reply', () => {
    expect(judge({ origin: RECEIVE, ...before, reference: toNtpTime(NOW - S) }).kind).to.equal('answer');
    expect(judge({ origin: RECEIVE, ...before, reference: toNtpTime(NOW + S) }).kind).to.equal('unusable');
  });

  it('is accepted once', () => {
    const exchange = asked();
    expect(exchange.judge(reply({ origin: RECEIVE, ...before })).kind).to.equal('answer');
    expect(exchange.judge(reply({})).kind).to.equal('refused');
  });
});

/** A server that answers every request in the mode that is asked of it, 30 µs late by its own timestamp. */
class Conversation {
  readonly interleaving = new Interleaving<{ readonly time: bigint; readonly monotonic: bigint }>();
  #now = 0n;
  #sent: bigint | undefined;

  /** Asks after `afterS`. Returns the exchange to measure: when it was sent (s), and the exactness of its transmit timestamp. */
  ask(afterS: number, mode: 'best' | 'basic' | ((sent: bigint) => bigint) = 'best'): string {
    this.#now += BigInt(Math.round(afterS * 1e9));
    const at = this.#now;
    const receive: NtpTime = toNtpTime(NOW + at);
    const { previous } = this.interleaving;
    const exact = typeof mode === 'function' && this.#sent !== undefined ? mode(this.#sent) : this.#sent;
    const isInterleaved = mode !== 'basic' && previous !== undefined && exact !== undefined;
    const request = new Exchange(COOKIE, { previous }).request;
    const verdict = evaluate(
      reply({
        origin: isInterleaved ? RECEIVE : TRANSMIT,
        receive,
        transmit: toNtpTime(isInterleaved ? exact : NOW + at + 20_000n),
      }),
      request,
    );
    if (verdict.kind !== 'answer') throw new Error(verdict.kind);
    this.#sent = NOW + at + 50_000n;
    const stamp = (plus: bigint) => ({ time: NOW + at + plus, monotonic: at + plus });
    const exchange = this.interleaving.take({
      answer: verdict.answer,
      sent: stamp(-1000n),
      received: stamp(60_000n),
    });
    return exchange === undefined ? 'none' : `${describeSent(exchange)} ${stayOf(exchange.answer)}`;
  }

  lose(): void {
    this.interleaving.missedOne();
  }
}

const describeSent = ({ sent }: AnsweredRequest<{ readonly time: bigint; readonly monotonic: bigint }>): string =>
  `${Number((sent.monotonic + 1000n) / 1_000_000n) / 1e3} s`;
const stayOf = ({ receive, transmit }: Answer): string =>
  Math.abs(Number(transmit - receive) - 50_000) < 3
    ? 'exact'
    : Math.abs(Number(transmit - receive) - 20_000) < 3
      ? 'written'
      : 'wrong';

/** The time between a request and its follow-up, s. */
const SOON = 0.02;

describe('interleaving', () => {
  /** A conversation that has come to the interleaved mode, 4.02 s after its begin. */
  function interleaved(): Conversation {
    const talk = new Conversation();
    for (const afterS of [1, 3, SOON]) talk.ask(afterS);
    return talk;
  }

  it('measures the first exchange by the written timestamp, others by the exact one when a second request follows', () => {
    const talk = new Conversation();
    expect(talk.interleaving.previous).to.equal(undefined);
    const measured = [1, 2, SOON, 64, SOON, 64, SOON].map((afterS) => talk.ask(afterS));
    expect(measured).to.deep.equal([
      '1 s written',
      'none',
      '3 s exact',
      'none',
      '67.02 s exact',
      'none',
      '131.04 s exact',
    ]);
    expect(talk.interleaving.isActive).to.equal(true);
  });

  it('measures every exchange once where requests follow each other quickly', () => {
    const talk = interleaved();
    expect([0.1, 0.1, 0.1].map((afterS) => talk.ask(afterS))).to.deep.equal([
      '4.02 s exact',
      '4.12 s exact',
      '4.22 s exact',
    ]);
  });

  it('asks with the receive timestamp of the last reply, bit for bit', () => {
    const talk = new Conversation();
    talk.ask(1);
    expect(talk.interleaving.previous).to.equal(toNtpTime(NOW + S));
    expect(fromNtpTime(talk.interleaving.previous!)).to.equal(NOW + S);
  });

  it('waits over one answer in the basic mode, and measures the second in a row by its written timestamp', () => {
    const talk = interleaved();
    expect(talk.ask(2, 'basic')).to.equal('none');
    expect(talk.ask(SOON)).to.equal('6.02 s exact');
    expect(talk.ask(2, 'basic')).to.equal('none');
    expect(talk.ask(SOON, 'basic')).to.equal('8.06 s written');
    expect(talk.interleaving.isActive).to.equal(false);
    expect(talk.ask(2)).to.equal('none');
    expect(talk.ask(SOON)).to.equal('10.06 s exact');
  });

  it('never measures by a timestamp that cannot be that of the last reply, and gives the mode up after four of them', () => {
    // The last reply left within the round trip of 61 µs, and the next request follows after 20 ms.
    for (const wrong of [(sent: bigint) => sent - S, (sent: bigint) => sent + 10_000_000n]) {
      const talk = interleaved();
      expect([SOON, SOON, SOON, SOON].map((afterS) => talk.ask(afterS, wrong))).to.deep.equal(Array(4).fill('none'));
      expect(talk.interleaving.previous).to.equal(undefined);
      expect(talk.ask(2)).to.equal('6.1 s written');
      expect(talk.interleaving.previous).to.equal(undefined);
    }
  });

  it('asks in the basic mode after four lost requests, and in the interleaved one again after an answer', () => {
    const talk = interleaved();
    for (let i = 0; i < 3; i++) talk.lose();
    expect(talk.interleaving.previous).not.to.equal(undefined);
    talk.lose();
    expect(talk.interleaving.previous).to.equal(undefined);
    expect(talk.ask(10)).to.equal('none');
    expect(talk.ask(SOON)).to.equal('14.02 s exact');
  });
});
