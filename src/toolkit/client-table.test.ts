import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { formatAddress, octetsOf } from '../protocol/address/index.js';
import { type ClientRecord, ClientTable, clientMemory, clientsIn } from './client-table.js';

const v4 = (n: number) => octetsOf(`10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`)!;

/** A table, and what another thread reads of it. */
function setUp(clients = 1024) {
  const memory = clientMemory(clients);
  const table = new ClientTable(memory, (octets) => randomBytes(octets));
  const read = (): ClientRecord[] => [...clientsIn(memory)];
  const find = (address: string) =>
    read().find((client) => formatAddress(client.address) === formatAddress(octetsOf(address)!));
  return { table, read, find };
}

describe('the table of clients', () => {
  it('knows who asks, how often, and how', () => {
    const { table, read, find } = setUp();
    for (let n = 0; n <= 50; n++) table.count(octetsOf('192.0.2.7')!, 1000 + 64 * n, 4, false);
    table.count(octetsOf('192.0.2.8')!, 2000, 3, true);
    expect(find('192.0.2.7')).to.deep.include({ firstS: 1000, lastS: 4200, requests: 51, refused: 0, traits: 4 });
    expect(find('192.0.2.7')!.intervalS).to.be.closeTo(64, 1e-9);
    expect(find('192.0.2.8')).to.deep.include({ requests: 1, refused: 1, intervalS: 0, traits: 3 });
    expect(read()).to.have.length(2);
  });

  it('takes a /64 for one client, and no IPv6 address for an IPv4 one', () => {
    const { table, read, find } = setUp();
    for (let i = 1; i <= 4; i++) table.count(octetsOf(`2001:db8::${i}`)!, i, 4, false);
    table.count(octetsOf('192.0.2.1')!, 5, 4, false);
    table.count(octetsOf('::1')!, 6, 4, false);
    expect(read()).to.have.length(3);
    expect(find('2001:db8::')?.requests).to.equal(4);
  });

  it('keeps clients that ask again and again through a flood from forged addresses', () => {
    const { table, read } = setUp(1024);
    const known = Array.from({ length: 100 }, (_, n) => v4(n));
    for (let second = 0; second < 300; second++) {
      if (second % 64 < 1) for (const client of known) table.count(client, second, 4, false);
      if (second > 200) for (let n = 0; n < 1000; n++) table.count(v4(1000 + second * 1000 + n), second, 4, true);
    }
    const listed = new Set(read().map(({ address }) => address.join('.')));
    // A set keeps six of its eight places; a hundred clients seldom put more than six into one set.
    expect(known.filter((client) => listed.has(client.join('.'))).length).to.be.at.least(98);
    expect(listed.size).to.equal(1024);
  });

  it('lists new clients during a flood, and after it', () => {
    const { table, find } = setUp(64);
    for (let n = 0; n < 100_000; n++) table.count(v4(n), 1000 + n / 1000, 4, false);
    table.count(octetsOf('192.0.2.7')!, 1101, 4, false);
    expect(find('192.0.2.7')).to.not.equal(undefined);
  });

  it('forgets a client that has not come back for long when its place is needed', () => {
    const { table, read } = setUp(8);
    const old = [1, 2, 3, 4, 5, 6].map(v4);
    for (let n = 0; n < 10; n++) for (const client of old) table.count(client, n * 10, 4, false);
    for (let n = 100; n < 110; n++) table.count(v4(n), 1000, 4, false);
    const listed = () => new Set(read().map(({ address }) => address.join('.')));
    expect(old.every((client) => listed().has(client.join('.')))).to.equal(true);
    for (let n = 110; n < 120; n++) table.count(v4(n), 4000, 4, false);
    expect(old.some((client) => listed().has(client.join('.')))).to.equal(false);
  });
});
