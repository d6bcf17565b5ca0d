import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { octetsOf } from '../protocol/address/index.js';
import { clientReports, traitBits } from './client-reports.js';
import { ClientTable, clientMemory } from './client-table.js';

const setUp = () => {
  const memory = clientMemory(64);
  return { memory, table: new ClientTable(memory, (octets) => randomBytes(octets)) };
};

const PLAIN = { version: 4, authentication: 'none', interleaved: false } as const;

describe('reports of clients', () => {
  it('have names, ages and the traits of the last request', () => {
    const { memory, table } = setUp();
    for (const traits of [
      PLAIN,
      { version: 3, authentication: 'key', interleaved: false },
      { version: 4, authentication: 'nts', interleaved: true },
      { version: 0, authentication: 'none', interleaved: true },
    ] as const) {
      table.count(octetsOf('192.0.2.7')!, 10, traitBits(traits), false);
      expect(clientReports([memory], 30)[0]).to.deep.include({ client: '192.0.2.7', ageS: 20, ...traits });
    }
    table.count(octetsOf('2001:db8:1:2::5')!, 12, traitBits(PLAIN), true);
    const report = clientReports([memory], 30).find(({ client }) => client === '2001:db8:1:2::/64');
    expect(report).to.deep.include({ knownS: 18, requests: 1, refused: 1, intervalS: 0 });
  });

  it('add up what several handlers know of one client', () => {
    const [old, young] = [setUp(), setUp()];
    for (let n = 0; n < 3; n++) old.table.count(octetsOf('192.0.2.7')!, 10 * n, traitBits(PLAIN), n === 2);
    young.table.count(octetsOf('192.0.2.7')!, 30, traitBits({ ...PLAIN, authentication: 'nts' }), false);
    for (const tables of [
      [old.memory, young.memory],
      [young.memory, old.memory],
    ])
      expect(clientReports(tables, 40)).to.deep.equal([
        {
          ...{ client: '192.0.2.7', knownS: 40, ageS: 10, requests: 4, refused: 1, intervalS: 10 },
          ...{ version: 4, authentication: 'nts', interleaved: false },
        },
      ]);
  });
});
