import { expect } from 'chai';
import { readAnswer } from './read-answer.js';

describe('the answer of a hub', () => {
  it('has no control characters in its texts and names, wherever they stand', () => {
    const told = {
      reason: '\u001b]0;title\u0007 follows',
      list: [{ 'n\u009bame': 'a\r\nb\u202e' }],
      bound: 1e-6,
      none: null,
    };
    expect(readAnswer(JSON.stringify(told))).to.deep.equal({
      ...{ reason: '\ufffd]0;title\ufffd follows', bound: 1e-6, none: null },
      list: [{ 'n\ufffdame': 'a\ufffd\nb\ufffd' }],
    });
  });
});
