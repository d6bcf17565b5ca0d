import { expect } from 'chai';
import { formatAddress, parseAddress } from './listen-address.js';

describe('the address of a TCP port', () => {
  it('is read back as it was written', () => {
    for (const text of ['127.0.0.1:11180', '[::1]:80', 'localhost:0', 'gm-01.example:65535']) {
      expect(formatAddress(parseAddress(text)!)).to.equal(text);
    }
  });

  it('is refused without a port, with a port too high, with an IPv6 address out of brackets', () => {
    for (const text of ['127.0.0.1', '127.0.0.1:', '127.0.0.1:65536', '::1:80', ':80', 'a b:80', '[::1]', '']) {
      expect(parseAddress(text), text).to.equal(undefined);
    }
  });
});
