import { expect } from 'chai';
import { fuzzClient, fuzzServer } from './testing/fuzz.js';

describe('10⁵ random and mutated CSPTP frames', () => {
  it('never make the server throw, write beyond the request or answer longer', () => {
    const outcomes = fuzzServer(100_000, 0xc0ffee);
    expect([...outcomes.keys()]).to.have.members(['reply', 'silence']);
    expect(Math.min(...outcomes.values())).to.be.above(5000);
  }).timeout(20_000);

  it('never make the client throw', () => {
    const outcomes = fuzzClient(100_000, 0xdecade);
    expect([...outcomes.keys()]).to.include.members([
      ...['length', 'version', 'type', 'body', 'tlv', 'sdo', 'response', 'domain', 'sequence', 'stamp'],
      ...['settled', 'duplicate', 'waiting', 'contradiction', 'answer'],
    ]);
  }).timeout(20_000);
});
