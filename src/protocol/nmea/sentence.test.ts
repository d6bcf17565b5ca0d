import { expect } from 'chai';
import { readSentence, withChecksum } from './sentence.js';

describe('a sentence of NMEA 0183', () => {
  it('has talker, type and fields', () => {
    expect(readSentence('$GPZDA,,,,,,*48')).to.deep.equal({
      talker: 'GP',
      type: 'ZDA',
      fields: ['', '', '', '', '', ''],
    });
    expect(readSentence('$GPZDA,,,,,,*48 ')).to.have.property('type', 'ZDA');
  });

  it('is refused with a wrong checksum, in either case of letters', () => {
    const right = withChecksum('GNTXT,01,01,02,J');
    expect(right.slice(-3)).to.match(/^\*[0-9A-F]{2}$/);
    expect(readSentence(right)).to.be.an('object');
    expect(readSentence(right.toLowerCase().replace('$gntxt', '$GNTXT').replace(',j', ',J'))).to.be.an('object');
    expect(readSentence('$GPZDA,,,,,,*49')).to.equal('checksum');
    expect(readSentence('$GPZDA,,,,,,*4')).to.equal('checksum');
    expect(readSentence('$GPZDA,,,,,,*')).to.equal('checksum');
  });

  it('without a checksum is accepted only where that is allowed', () => {
    expect(readSentence('$GPZDA,,,,,,')).to.equal('unchecked');
    expect(readSentence('$GPZDA,,,,,,', { allowUnchecked: true })).to.have.property('type', 'ZDA');
    expect(readSentence('$GPZDA,,,,,,*49', { allowUnchecked: true })).to.equal('checksum');
  });

  it('of a maker has the talker P, unless P begins a talker', () => {
    expect(readSentence(withChecksum('PUBX,04,1'))).to.deep.equal({ talker: 'P', type: 'UBX', fields: ['04', '1'] });
    expect(readSentence(withChecksum('PQGSV,1,1,00'))).to.have.property('talker', 'PQ');
  });

  it('needs an address', () => {
    for (const body of ['', ',1', 'GP', 'gprmc,1', 'GPRMCX,1', '!AIVDM,1'])
      expect(readSentence(withChecksum(body)), body).to.equal('malformed');
    expect(readSentence('GPZDA,,,,,,*48')).to.equal('malformed');
  });
});
