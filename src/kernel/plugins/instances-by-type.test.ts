import { expect } from 'chai';
import { InstancesByType } from './instances-by-type.js';

describe('instances of one type', () => {
  it('are numbered in their order, keep their numbers, and get the lowest free ones', () => {
    const siblings = new InstancesByType();
    for (const id of ['ptp.a', 'ptp.b', 'ptp.c']) siblings.join('ptp', id);
    siblings.join('ntp', 'ntp.a');
    siblings.leave('ptp', 'ptp.b');
    expect(['ptp.a', 'ptp.b', 'ptp.c'].map((id) => siblings.ordinal('ptp', id))).to.deep.equal([1, 0, 3]);
    siblings.join('ptp', 'ptp.d');
    siblings.join('ptp', 'ptp.e');
    expect(['ptp.d', 'ptp.e'].map((id) => siblings.ordinal('ptp', id))).to.deep.equal([2, 4]);
    expect(siblings.ordinal('ntp', 'ntp.a')).to.equal(1);
  });

  it('share the value that the first one made; a failed attempt is repeated', () => {
    const siblings = new InstancesByType();
    const fail = () => siblings.common('ptp', () => Number.parseInt('x', 10) || JSON.parse('x'));
    expect(fail).to.throw(SyntaxError);
    expect(siblings.common('ptp', () => 'first')).to.equal('first');
    expect(siblings.common('ptp', () => 'second')).to.equal('first');
    expect(siblings.common('ntp', () => 'other')).to.equal('other');
  });
});
