import { expect } from 'chai';
import { explain } from './explain.js';

describe('explaining a code', () => {
  it('shows cause, effect and remedy', () => {
    const { known, text } = explain('TH_CFG_NOT_FOUND');
    expect(known).to.equal(true);
    expect(text).to.match(/^TH_CFG_NOT_FOUND\n\n {2}Cause: .+\n {2}Effect: .+\n {2}Remedy: .+$/);
  });

  it('accepts it in any notation', () => {
    expect(explain('cfg-not-found').known).to.equal(true);
  });

  it('suggests the nearest code', () => {
    expect(explain('TH_CFG_NOTFOUND')).to.deep.include({
      known: false,
      text: 'there is no code "TH_CFG_NOTFOUND": did you mean TH_CFG_NOT_FOUND?',
    });
    expect(explain('TH_CFG_WHATEVER').text).to.contain('TH_CFG_SYNTAX').and.not.contain('TH_NET_');
    expect(explain('constructor').known).to.equal(false);
  });
});
