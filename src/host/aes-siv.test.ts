import { randomBytes, randomInt } from 'node:crypto';
import { aessiv } from '@noble/ciphers/aes.js';
import { expect } from 'chai';
import { AES_SIV, AES_SIV_NUMBERS } from '../api/index.js';
import { readTrailer, request } from '../protocol/ntp/index.js';
import {
  AES_128_GCM_SIV,
  AES_SIV_CMAC_256,
  CookieKeySet,
  CookieSealer,
  fleetKeys,
  NtsOperations,
  NtsSession,
  openCookie,
  protectReply,
  readNtsQuestion,
  sealCookie,
} from '../protocol/nts/index.js';
import { loadNative } from './native.js';

const { native } = loadNative();
const random = (octets: number): Uint8Array => randomBytes(octets);

describe('AES-SIV of the addon', () => {
  before(function () {
    if (native?.hasAesSiv() !== true) this.skip();
  });

  /** Runs one operation. Returns its result and the octets that it wrote. */
  function one(
    isSeal: boolean,
    key: Uint8Array,
    data: Uint8Array,
    nonce: Uint8Array,
    input: Uint8Array,
  ): { readonly done: boolean; readonly output: Uint8Array } {
    const memory = new Uint8Array(8192);
    const places = [100];
    for (const part of [key, data, nonce, input]) {
      memory.set(part, places.at(-1)!);
      places.push(places.at(-1)! + part.length);
    }
    const [keyAt, dataAt, nonceAt, inAt, outAt] = places as [number, number, number, number, number];
    const numbers = Int32Array.of(
      ...[Number(isSeal), keyAt, dataAt, data.length, nonceAt, nonce.length, inAt, input.length, outAt, 7],
    );
    native!.aesSiv(memory, numbers, 1);
    const octets = input.length + (isSeal ? 16 : -16);
    return { done: numbers[AES_SIV.result] === 1, output: memory.slice(outAt, outAt + Math.max(0, octets)) };
  }

  it('agrees with @noble/ciphers on random inputs, the empty one included', () => {
    for (let i = 0; i < 1000; i++) {
      const [key, nonce] = [random(32), random(i % 3 === 0 ? randomInt(40) : 16)];
      const [data, plaintext] = [random(randomInt(400)), random(i < 100 ? i : randomInt(1500))];
      const sealed = one(true, key, data, nonce, plaintext);
      expect(sealed.done).to.equal(true);
      expect(Buffer.from(sealed.output)).to.deep.equal(Buffer.from(aessiv(key, data, nonce).encrypt(plaintext)));
      const opened = one(false, key, data, nonce, sealed.output);
      expect(opened.done).to.equal(true);
      expect(Buffer.from(opened.output)).to.deep.equal(Buffer.from(plaintext));
    }
  });

  it('opens nothing that was changed, and writes nothing then', () => {
    const [key, nonce, data] = [random(32), random(16), random(50)];
    const { output: sealed } = one(true, key, data, nonce, random(64));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const forged = Uint8Array.from(sealed);
      forged[bit >> 3]! ^= 1 << (bit & 7);
      const { done, output } = one(false, key, data, nonce, forged);
      expect(done, `bit ${bit}`).to.equal(false);
      expect(output.every((octet) => octet === 0)).to.equal(true);
    }
    expect(one(false, key, data, nonce, sealed.subarray(0, 15)).done).to.equal(false);
  });

  it('refuses places outside of the memory', () => {
    const good = [1, 0, 40, 10, 60, 16, 80, 20, 120, 0];
    const memory = new Uint8Array(200);
    const resultOf = (numbers: readonly number[]): number => {
      const array = Int32Array.from(numbers);
      native!.aesSiv(memory, array, 1);
      return array[AES_SIV.result]!;
    };
    expect(resultOf(good)).to.equal(1);
    for (let place = 1; place < AES_SIV_NUMBERS - 1; place++)
      for (const wrong of [-1, 201, 2 ** 31 - 1, -(2 ** 31)])
        expect(resultOf(good.with(place, wrong)), `${place}: ${wrong}`).to.equal(0);
  });

  describe('as the server of NTS uses it', () => {
    const cookieKeys = fleetKeys([random(32)], 20_000);
    const set = new CookieKeySet(cookieKeys);
    const keysOf = (cipher = AES_SIV_CMAC_256) => ({
      ...{ cipher, c2s: random(cipher.keyOctets), s2c: random(cipher.keyOctets) },
    });
    const operations = () => new NtsOperations(native!.aesSiv, cookieKeys, random);
    const header = (): Uint8Array => {
      const out = new Uint8Array(1600);
      out.set(random(48));
      out[0] = 0x24;
      out[1] = 1;
      return out;
    };
    const sessionOf = (keys = keysOf(), cookies = 8, under = set) =>
      new NtsSession({
        ...{ keys, random },
        cookies: Array.from({ length: cookies }, () => sealCookie(keys, under.current, random(16))),
      });

    it('seals different cookies, for both ciphers, that are opened again', () => {
      for (const cipher of [AES_SIV_CMAC_256, AES_128_GCM_SIV]) {
        const keys = { cipher, c2s: random(cipher.keyOctets), s2c: random(cipher.keyOctets) };
        const sealer = new CookieSealer(random, native!.aesSiv);
        const cookies = sealer.seal(keys, set.current, 8);
        expect(new Set(cookies.map((cookie) => Buffer.from(cookie).toString('hex'))).size).to.equal(8);
        for (const cookie of cookies) expect(openCookie(cookie, set)).to.deep.equal(keys);
        cookies[0]![30]! ^= 1;
        expect(openCookie(cookies[0]!, set)).to.equal(undefined);
      }
    });

    it('protects replies that its clients take, with as many cookies as they lack', () => {
      const server = operations();
      for (let lacking = 1; lacking <= 8; lacking++) {
        const session = sessionOf(keysOf(), 9 - lacking);
        for (let i = 0; i < 3; i++) {
          const asked = session.next()!;
          const packet = asked.seal(request(random(8)));
          const reply = header();
          const octets = server.protect(packet, packet.length, reply);
          expect(octets).to.equal(packet.length);
          const taken = reply.slice(0, octets);
          expect(asked.faultOf(taken, readTrailer(taken, octets, 4)!)).to.equal(undefined);
          expect(session.cookies).to.equal(8);
        }
      }
    });

    it('answers as the functions in JavaScript do, or leaves the request to them', () => {
      const server = operations();
      const outcomes = new Set<string>();
      const strange = new CookieKeySet(fleetKeys([random(32)], 20_000));
      const forged = new CookieKeySet([{ id: set.current.id, key: random(32) }]);
      for (let i = 0; i < 3000; i++) {
        const cipher = i % 7 === 0 ? AES_128_GCM_SIV : AES_SIV_CMAC_256;
        const session = sessionOf(
          keysOf(cipher),
          1 + randomInt(8),
          i % 5 === 0 ? (i % 2 === 0 ? strange : forged) : set,
        );
        const sealed = session.next()!.seal(request(random(8)));
        const packet = Uint8Array.from(sealed);
        if (i % 3 === 0) packet[randomInt(packet.length)]! ^= 1 << randomInt(8);
        const length = i % 11 === 0 ? 4 * randomInt(packet.length / 4 + 1) : packet.length;
        if (length < 48) continue;
        const [one, other] = [header(), header()];
        other.set(one);
        const fast = server.protect(packet, length, one);
        const question = readNtsQuestion(packet, length, set);
        const slow =
          typeof question === 'string'
            ? question
            : protectReply(packet, length, question, { keys: set, random }, other);
        if (fast === 0) {
          outcomes.add('left');
          expect(Buffer.compare(one.subarray(0, 48), other.subarray(0, 48)) === 0 || typeof slow === 'number').to.equal(
            true,
          );
        } else if (fast < 0) {
          outcomes.add('nak');
          expect(-fast).to.equal(slow);
          expect(Buffer.compare(one, other)).to.equal(0);
        } else {
          outcomes.add('reply');
          expect(fast).to.equal(slow);
          expect(fast).to.be.at.most(length);
          // Nonces, and what is sealed with them, differ.
          expect(Buffer.compare(one.subarray(0, 84), other.subarray(0, 84))).to.equal(0);
        }
      }
      expect([...outcomes]).to.have.members(['left', 'nak', 'reply']);
    });
  });
});
