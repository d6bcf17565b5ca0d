import { expect } from 'chai';
import { Reach } from './reach.js';

describe('the reach register', () => {
  it('holds the last eight polls, the newest lowest (D14)', () => {
    const reach = new Reach();
    expect(reach.octal).to.equal('0');
    for (let i = 0; i < 9; i++) reach.answered();
    expect(reach.octal).to.equal('377');
    reach.missedOne();
    reach.missedOne();
    reach.answered();
    reach.missedOne();
    expect(reach).to.include({ octal: '362', answers: 5, missed: 1 });
    for (let i = 0; i < 8; i++) reach.missedOne();
    expect(reach).to.include({ octal: '0', answers: 0, missed: 9 });
  });
});
