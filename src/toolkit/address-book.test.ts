import { expect } from 'chai';
import { AddressBook } from './address-book.js';

const NAME = 'pool.example';
const S = 1_000_000_000n;

describe('the address book', () => {
  let book: AddressBook;
  beforeEach(() => {
    book = new AddressBook();
  });
  const take = (owner: string) => book.take(owner, NAME, 123);

  it('gives each source an address of its own, in the order of the resolver', () => {
    book.learn(NAME, 123, ['192.0.2.1', '2001:db8::1', '192.0.2.3'], 0n);
    expect(['a', 'b', 'c', 'd'].map(take)).to.deep.equal(['192.0.2.1', '2001:db8::1', '192.0.2.3', undefined]);
    expect(book.use(NAME, 123)).to.deep.equal({ addresses: 3, owners: ['a', 'b', 'c'] });
  });

  it('recognises a literal address in any notation, and another port as another server', () => {
    book.claimLiteral('own', '2001:0DB8:0:0::1', 123);
    book.learn(NAME, 123, ['2001:db8::1'], 0n);
    book.learn(NAME, 124, ['2001:db8::1'], 0n);
    expect(take('a')).to.equal(undefined);
    expect(book.take('a', NAME, 124)).to.equal('2001:db8::1');
  });

  it('recognises an address of two names as one server', () => {
    book.learn(NAME, 123, ['192.0.2.1'], 0n);
    book.learn('alias.example', 123, ['192.0.2.1', '192.0.2.2'], 0n);
    expect(take('a')).to.equal('192.0.2.1');
    expect(book.take('b', 'alias.example', 123)).to.equal('192.0.2.2');
  });

  it('gives a source with a literal address precedence over one with a name', () => {
    book.learn(NAME, 123, ['192.0.2.1', '192.0.2.2'], 0n);
    take('a');
    book.claimLiteral('own', '192.0.2.1', 123);
    expect(book.holds('a', '192.0.2.1', 123)).to.equal(false);
    expect(take('a')).to.equal('192.0.2.2');
  });

  it('gives a source its last address again, and a given-up address only when there is no other', () => {
    book.learn(NAME, 123, ['192.0.2.1', '192.0.2.2', '192.0.2.3'], 0n);
    take('a');
    take('b');
    book.release('a');
    book.release('b');
    expect([take('b'), take('a')]).to.deep.equal(['192.0.2.2', '192.0.2.1']);
    book.giveUp(NAME, 123, '192.0.2.1', S);
    expect(take('a')).to.equal('192.0.2.3');
    book.giveUp(NAME, 123, '192.0.2.3', 2n * S);
    expect([take('a'), book.isFresh(NAME, 123, '192.0.2.1')]).to.deep.equal(['192.0.2.1', false]);
  });

  it('collects rotating answers, the newest first, and forgets them after an hour', () => {
    book.learn(NAME, 123, ['192.0.2.1'], 0n);
    book.learn(NAME, 123, ['192.0.2.2'], S);
    expect([take('a'), take('b')]).to.deep.equal(['192.0.2.2', '192.0.2.1']);
    book.learn(NAME, 123, ['192.0.2.3'], 4000n * S);
    expect(book.use(NAME, 123).addresses, 'both are still in use').to.equal(3);
    book.release('b');
    book.learn(NAME, 123, ['192.0.2.3'], 4001n * S);
    expect([take('c'), take('d')]).to.deep.equal(['192.0.2.3', undefined]);
  });

  it('keeps the addresses in use and banned ones, however many the resolver returns', () => {
    book.learn(NAME, 123, ['192.0.2.1', '192.0.2.2'], 0n);
    take('a');
    book.ban(NAME, 123, '192.0.2.2', 3600n * S);
    for (let n = 0; n < 40; n++) {
      const flood = Array.from({ length: 256 }, (_, k) => `198.51.${n}.${k}`);
      book.learn(NAME, 123, flood, S);
    }
    expect(book.use(NAME, 123)).to.deep.equal({ addresses: 255, owners: ['a'] });
    book.learn(NAME, 123, ['192.0.2.2'], 2n * S);
    book.release('a');
    expect(take('b')).to.not.equal('192.0.2.2');
  });

  it('bans a server for all sources, until the first look-up after the ban', () => {
    book.learn(NAME, 123, ['192.0.2.1', '192.0.2.2'], 0n);
    book.ban(NAME, 123, '192.0.2.1', 3600n * S);
    book.learn(NAME, 123, ['192.0.2.1', '192.0.2.2'], S);
    expect([take('a'), take('b')]).to.deep.equal(['192.0.2.2', undefined]);
    expect(book.use(NAME, 123).addresses).to.equal(1);
    book.learn(NAME, 123, ['192.0.2.1', '192.0.2.2'], 3600n * S);
    expect(take('b')).to.equal('192.0.2.1');
  });
});
