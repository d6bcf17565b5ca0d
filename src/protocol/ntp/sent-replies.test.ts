import { createCipheriv } from 'node:crypto';
import { expect } from 'chai';
import { octetsOf } from '../address/index.js';
import { NO_TICKET, SentReplies } from './sent-replies.js';

/** The same octets in every run. */
const octets = (count: number): Uint8Array =>
  createCipheriv('aes-128-ctr', new Uint8Array(16), new Uint8Array(16)).update(new Uint8Array(count));

const A = octetsOf('192.0.2.1')!;

function table(replies?: number) {
  const sent = new SentReplies({ random: octets, ...(replies === undefined ? {} : { replies }) });
  return {
    sent,
    /** Saves a reply and takes its stamp. Returns its ticket. */
    add(client: Uint8Array, fraction: number, stamp: number | null = fraction + 1): number {
      sent.begin();
      sent.save(client, 1, fraction);
      if (stamp !== null) sent.stamp(sent.ticket, 1, stamp);
      return sent.ticket;
    },
    /** Returns the transmit timestamp of a reply; undefined: not known. */
    take(client: Uint8Array, fraction: number): number | undefined {
      const place = sent.take(client, 1, fraction);
      return place < 0 ? undefined : sent.transmitFraction(place);
    },
  };
}

describe('the replies that a server has sent (B18, RFC 9769 §2)', () => {
  it('are found by client and receive timestamp, once', () => {
    const { add, take } = table();
    add(A, 11, 100);
    add(A, 13, 200);
    expect(take(A, 13)).to.equal(200);
    expect(take(A, 13)).to.equal(undefined);
    expect(take(A, 11)).to.equal(100);
    expect(take(A, 15)).to.equal(undefined);
  });

  it('are not found before their stamp has come, nor after it has come too late', () => {
    const { sent, add, take } = table();
    const ticket = add(A, 11, null);
    expect(take(A, 11)).to.equal(undefined);
    sent.stamp(ticket, 1, 100);
    expect(take(A, 11)).to.equal(undefined);
  });

  it('two with one receive timestamp are not found: neither can be told from the other', () => {
    const { add, take } = table();
    add(A, 11, 100);
    add(A, 11, 200);
    expect(take(A, 11)).to.equal(undefined);
  });

  it('a stamp of a datagram that was no such reply changes nothing', () => {
    const { sent, add, take } = table();
    add(A, 11, 100);
    sent.begin();
    expect(sent.ticket).to.equal(NO_TICKET);
    sent.stamp(NO_TICKET, 1, 999);
    sent.stamp(12345, 1, 999);
    expect(take(A, 11)).to.equal(100);
  });

  it('a stamp does not reach a reply that has taken the place since', () => {
    const { sent, add, take } = table(8);
    const ticket = add(A, 11, null);
    for (let fraction = 13; fraction < 29; fraction += 2) add(A, fraction, null);
    sent.stamp(ticket, 1, 999);
    for (let fraction = 11; fraction < 29; fraction += 2) expect(take(A, fraction)).to.equal(undefined);
  });

  it('of a client are eight at most: a flood of one address pushes out no other one', () => {
    const { add, take } = table();
    const others = Array.from({ length: 100 }, (_, n) => octetsOf(`198.51.100.${n}`)!);
    others.forEach((client, n) => void add(client, 1_000_001 + 2 * n, 100));
    for (let n = 0; n < 50_000; n++) add(A, 2 * n + 1);
    expect(others.filter((client, n) => take(client, 1_000_001 + 2 * n) === 100).length).to.be.at.least(98);
    expect(take(A, 2 * 49_999 + 1)).to.equal(2 * 49_999 + 2);
  });

  it('of one IPv6 network are one client', () => {
    const { add, take } = table();
    const others = Array.from({ length: 100 }, (_, n) => octetsOf(`2001:db8:${n + 1}::1`)!);
    others.forEach((client, n) => void add(client, 1_000_001 + 2 * n, 100));
    for (let n = 0; n < 20_000; n++) add(octetsOf(`2001:db8:0:0:${n.toString(16)}::7`)!, 2 * n + 1);
    expect(others.filter((client, n) => take(client, 1_000_001 + 2 * n) === 100).length).to.be.at.least(98);
  });
});
