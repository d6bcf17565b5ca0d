import { createCipheriv } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { AesCmac } from './aes-cmac.js';

const MESSAGE = Buffer.from(
  '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
  'hex',
);
const KEY_128 = Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex');
const KEY_256 = Buffer.from('603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4', 'hex');

const macOf = (cmac: AesCmac, message: Uint8Array): string => {
  const out = new Uint8Array(16);
  cmac.write(message, message.length, out, 0);
  return Buffer.from(out).toString('hex');
};

describe('AES-CMAC', () => {
  // RFC 4493 §4; NIST SP 800-38B, examples of AES-256.
  for (const [key, vectors] of [
    [
      KEY_128,
      [
        [0, 'bb1d6929e95937287fa37d129b756746'],
        [16, '070a16b46b4d4144f79bdd9dd04a287c'],
        [40, 'dfa66747de9ae63030ca32611497c827'],
        [64, '51f0bebf7e3b9d92fc49741779363cfe'],
      ],
    ],
    [
      KEY_256,
      [
        [0, '028962f61b7bf89efc6b551f4667d983'],
        [16, '28a7023f452e8f82bd4bf28d8c37c35c'],
        [40, 'aaf3d8f1de5640c232f5b169b9c911e6'],
        [64, 'e1992190549f6ed5696a2c056c315410'],
      ],
    ],
  ] as const) {
    it(`of a key of ${key.length} octets is that of the standards, also after other messages`, () => {
      const cmac = new AesCmac(key);
      for (let round = 0; round < 2; round++)
        for (const [length, mac] of vectors) expect(macOf(cmac, MESSAGE.subarray(0, length))).to.equal(mac);
    });
  }

  /** CBC-MAC written down from RFC 4493 §2.4, with a new cipher for each block. */
  function reference(key: Uint8Array, message: Uint8Array): string {
    const block = (octets: Uint8Array) =>
      createCipheriv(`aes-${key.length * 8}-ecb`, key, null)
        .setAutoPadding(false)
        .update(octets);
    const double = (octets: Uint8Array) => {
      const value = BigInt(`0x${Buffer.from(octets).toString('hex')}`) << 1n;
      const reduced = value >> 128n === 1n ? (value ^ 0x87n) & ((1n << 128n) - 1n) : value;
      return Buffer.from(reduced.toString(16).padStart(32, '0'), 'hex');
    };
    const k1 = double(block(new Uint8Array(16)));
    const isComplete = message.length > 0 && message.length % 16 === 0;
    const padded = Buffer.alloc(Math.max(16, Math.ceil(message.length / 16) * 16));
    padded.set(message);
    if (!isComplete) padded[message.length] = 0x80;
    const subkey = isComplete ? k1 : double(k1);
    for (let i = 0; i < 16; i++) padded[padded.length - 16 + i]! ^= subkey[i]!;
    let state: Uint8Array = new Uint8Array(16);
    for (let at = 0; at < padded.length; at += 16) state = block(state.map((octet, i) => octet ^ padded[at + i]!));
    return Buffer.from(state).toString('hex');
  }

  it('is that of the plain algorithm for messages of every length, longer than the work buffer too', () => {
    const cmac = new AesCmac(KEY_256);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000, size: 'max' }), (message) => {
        expect(macOf(cmac, message)).to.equal(reference(KEY_256, message));
      }),
      { numRuns: 200 },
    );
  });

  it('writes a shortened MAC, and nothing beside it', () => {
    const out = new Uint8Array(12).fill(0xee);
    new AesCmac(KEY_128).write(MESSAGE, 16, out, 2, 8);
    expect(Buffer.from(out).toString('hex')).to.equal('eeee070a16b46b4d4144eeee');
  });
});
