import { expect } from 'chai';
import type { Context } from 'timehub/api';
import { SavedLinkStore } from './saved-link-store.js';

const LINK = 'eth0 02:00:00:00:00:01 phc:ptp0';
const STORED = { link: LINK, neighbour: { clock: '001122fffe334455', port: 1 }, delayNs: 412, ratePpb: -3000 };

function memoryOf(remembered: unknown, link = LINK) {
  const kept: unknown[] = [];
  const context = { remembered, remember: (value: unknown) => kept.push(value), log: { debug() {} } };
  return { memory: new SavedLinkStore(context as unknown as Context, link), kept };
}

describe('the saved link of a port', () => {
  it('is the same after JSON', () => {
    const { memory, kept } = memoryOf(undefined);
    expect(memory.saved).to.equal(undefined);
    memory.save(STORED);
    const again = memoryOf(JSON.parse(JSON.stringify(kept[0]))).memory;
    expect(again.saved).to.deep.include({ neighbour: STORED.neighbour, delayNs: 412, ratePpb: -3000 });
  });

  it('is not used for another interface, MAC address or kind of stamps', () => {
    for (const link of [
      'eth1 02:00:00:00:00:01 phc:ptp0',
      'eth0 02:00:00:00:00:02 phc:ptp0',
      'eth0 02:00:00:00:00:01 software',
    ])
      expect(memoryOf(STORED, link).memory.saved).to.equal(undefined);
  });

  for (const [what, value] of [
    ['of another plugin', { fix: 3 }],
    ['a text', 'eth0'],
    ['a list', [STORED]],
    ['no number', { ...STORED, delayNs: null }],
    ['longer than any link', { ...STORED, delayNs: 2e9 }],
    ['faster than any oscillator', { ...STORED, ratePpb: 1e6 }],
    ['of nobody', { ...STORED, neighbour: { clock: '../../etc', port: 1 } }],
  ] as const) {
    it(`is not used if it is ${what}`, () => expect(memoryOf(value).memory.saved).to.equal(undefined));
  }
});
