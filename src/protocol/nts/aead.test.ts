import { randomBytes, randomInt } from 'node:crypto';
import { aessiv, gcmsiv } from '@noble/ciphers/aes.js';
import { expect } from 'chai';
import { AES_128_GCM_SIV, AES_SIV_CMAC_256, type NtsCipher, TAG_OCTETS } from './aead.js';
import { openSiv, sealSiv } from './aes-siv.js';

const octets = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const hex = (value: Uint8Array | undefined): string => (value === undefined ? '-' : Buffer.from(value).toString('hex'));

/** Vectors of RFC 5297 appendix A. */
describe('AES-SIV', () => {
  for (const [name, key, strings, plaintext, sealed] of [
    [
      'without a nonce (A.1)',
      'fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0 f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff',
      ['101112131415161718191a1b1c1d1e1f2021222324252627'],
      '112233445566778899aabbccddee',
      '85632d07c6e8f37f950acd320a2ecc93 40c02b9690c4dc04daef7f6afe5c',
    ],
    [
      'with a nonce (A.2)',
      '7f7e7d7c7b7a79787776757473727170 404142434445464748494a4b4c4d4e4f',
      [
        '00112233445566778899aabbccddeeffdeaddadadeaddadaffeeddccbbaa99887766554433221100',
        '102030405060708090a0',
        '09f911029d74e35bd84156c5635688c0',
      ],
      '7468697320697320736f6d6520706c61696e7465787420746f20656e6372797074207573696e67205349562d414553',
      '7bdb6e3b432667eb06f4d14bff2fbd0f cb900f2fddbe404326601965c889bf17dba77ceb094fa663b7a3f748ba8af829ea64ad544a272e9c485b62a3fd5c0d',
    ],
  ] as const) {
    it(name, () => {
      const data = strings.map(octets);
      expect(hex(sealSiv(octets(key), data, octets(plaintext)))).to.equal(sealed.replaceAll(' ', ''));
      expect(hex(openSiv(octets(key), data, octets(sealed)))).to.equal(plaintext);
    });
  }
});

/** Vectors of RFC 8452 appendix C.1. */
describe('AES-128-GCM-SIV', () => {
  const key = octets('01000000000000000000000000000000');
  const nonce = octets('030000000000000000000000');
  for (const [data, plaintext, sealed] of [
    ['', '', 'dc20e2d83f25705bb49e439eca56de25'],
    ['', '0100000000000000', 'b5d839330ac7b786578782fff6013b815b287c22493a364c'],
    ['01', '0200000000000000', '1e6daba35669f4273b0a1a2560969cdf790d99759abd1508'],
  ] as const) {
    it(`of ${plaintext.length / 2} octets with ${data.length / 2} of data`, () => {
      expect(hex(AES_128_GCM_SIV.seal(key, nonce, octets(data), octets(plaintext)))).to.equal(sealed);
      expect(hex(AES_128_GCM_SIV.open(key, nonce, octets(data), octets(sealed)))).to.equal(plaintext);
    });
  }
});

/** Another implementation of the same ciphers. */
const OTHER: ReadonlyMap<
  NtsCipher,
  (key: Uint8Array, nonce: Uint8Array, data: Uint8Array) => ReturnType<typeof aessiv>
> = new Map([
  [AES_SIV_CMAC_256, (key, nonce, data) => aessiv(key, data, nonce)],
  [AES_128_GCM_SIV, (key, nonce, data) => gcmsiv(key, nonce, data)],
]);

for (const [cipher, other] of OTHER) {
  describe(cipher.name, () => {
    it('agrees with @noble/ciphers on random inputs of all lengths around a block', () => {
      for (let i = 0; i < 500; i++) {
        const key = randomBytes(cipher.keyOctets);
        const nonce = randomBytes(cipher.nonceOctets);
        const data = randomBytes(randomInt(200));
        const plaintext = randomBytes(i < 70 ? i : randomInt(700));
        const sealed = cipher.seal(key, nonce, data, plaintext);
        expect(sealed.length).to.equal(plaintext.length + TAG_OCTETS);
        expect(hex(sealed)).to.equal(hex(other(key, nonce, data).encrypt(plaintext)));
        expect(hex(cipher.open(key, nonce, data, sealed))).to.equal(hex(plaintext));
      }
    });

    it('opens nothing of which one bit was changed, and nothing cut short', () => {
      const key = randomBytes(cipher.keyOctets);
      const nonce = randomBytes(cipher.nonceOctets);
      const data = randomBytes(30);
      const sealed = cipher.seal(key, nonce, data, randomBytes(40));
      const flipped = (from: Uint8Array, bit: number): Uint8Array => {
        const copy = Uint8Array.from(from);
        copy[bit >> 3]! ^= 1 << (bit & 7);
        return copy;
      };
      for (let bit = 0; bit < sealed.length * 8; bit++)
        expect(cipher.open(key, nonce, data, flipped(sealed, bit))).to.equal(undefined);
      for (let bit = 0; bit < data.length * 8; bit++)
        expect(cipher.open(key, nonce, flipped(data, bit), sealed)).to.equal(undefined);
      expect(cipher.open(flipped(key, 9), nonce, data, sealed)).to.equal(undefined);
      expect(cipher.open(key, flipped(nonce, 9), data, sealed)).to.equal(undefined);
      for (let length = 0; length < sealed.length; length++)
        expect(cipher.open(key, nonce, data, sealed.subarray(0, length))).to.equal(undefined);
    });
  });
}
