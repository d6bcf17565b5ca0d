import { expect } from 'chai';
import { HubError } from '../../api/index.js';
import { createLabHost } from '../../lab/host.js';
import { requireSettable } from './settable-range.js';

describe('what a clock can be set to', () => {
  const [clock] = createLabHost().clocks;
  const nowNs = Number(clock.read().time);
  const objection = (deltaNs: number): string => {
    try {
      requireSettable(clock, deltaNs);
      return '';
    } catch (error) {
      expect(error).to.be.instanceOf(HubError).with.property('code', 'TH_CLOCK_SET');
      return (error as Error).message;
    }
  };

  it('begins with 1970 and ends with what 63 bits can count', () => {
    expect(objection(1e9)).to.equal('');
    expect(objection(3600e9 - nowNs)).to.equal('');
    expect(objection(-3600e9 - nowNs)).to.match(
      /^it would show 1969-12-31, and Linux sets no clock to a time before 1970/,
    );
    expect(objection(2 ** 63 - nowNs + 1e15)).to.match(/^it would show 2262-\d\d-\d\d, .* after 2262/);
    expect(objection(-1e30)).to.match(/^it would show no date at all/);
  });
});
