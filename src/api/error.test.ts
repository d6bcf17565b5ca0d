import { expect } from 'chai';
import { HubError } from './error.js';

describe('an error with a code', () => {
  it('is recognised by its members: a plugin of another package has a class of its own', () => {
    class HubErrorOfAPlugin extends Error {
      override readonly name = 'HubError';
      readonly code = 'TH_X';
    }
    for (const error of [new HubError('TH_X', 'x'), new HubErrorOfAPlugin('x')])
      expect(error instanceof HubError, error.constructor.name).to.equal(true);
    const system = Object.assign(new Error('x'), { code: 'ENOENT' });
    for (const other of [
      new Error('x'),
      system,
      new TypeError('x'),
      'TH_X',
      undefined,
      { name: 'HubError', code: 'TH_X' },
    ])
      expect((other as unknown) instanceof HubError, String(other)).to.equal(false);
  });
});
