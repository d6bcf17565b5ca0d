import { expect } from 'chai';
import { readTrailer } from '../ntp/extension.js';
import { HEADER_OCTETS } from '../ntp/header.js';
import { request as plainRequest } from '../ntp/request.js';
import { AES_128_GCM_SIV, AES_SIV_CMAC_256, NTS_CIPHERS } from './aead.js';
import { NtsSession } from './client.js';
import { openCookie, sealCookie } from './cookie.js';
import { CookieKeySet, fingerprintOf, fleetKeys, rotated } from './cookie-keys.js';
import { NTS_FIELD, writeAuthenticator, writeField } from './field.js';
import type { NtsKeys } from './ke-keys.js';
import { protectReply, readNtsQuestion } from './server.js';
import { numbersFrom, octetsFrom } from './testing/octets.js';

const random = octetsFrom(0xc0ffee);
const SECRET = random(32);
const DAY = 20_000;
const setOf = (secrets: readonly Uint8Array[], day = DAY) => new CookieKeySet(fleetKeys(secrets, day));
const serverKeys = setOf([SECRET]);

const keysOf = (cipher = AES_SIV_CMAC_256): NtsKeys => ({
  cipher,
  c2s: random(cipher.keyOctets),
  s2c: random(cipher.keyOctets),
});

const sessionOf = (keys: NtsKeys, count = 8, under = serverKeys) =>
  new NtsSession({
    ...{ keys, random },
    cookies: Array.from({ length: count }, () => sealCookie(keys, under.current, random(16))),
  });

/** Returns the reply of a server to a packet; undefined: it is silent. */
function reply(packet: Uint8Array, under = serverKeys): Uint8Array | undefined {
  const question = readNtsQuestion(packet, packet.length, under);
  if (typeof question === 'string') return undefined;
  const out = new Uint8Array(2048);
  out.set([0x24, 1, 6, 0xe9]);
  out.set(packet.subarray(40, 48), 24);
  const end = protectReply(packet, packet.length, question, { keys: under, random }, out);
  expect(end).to.be.at.most(packet.length);
  return out.slice(0, end);
}

const trailerOf = (packet: Uint8Array) => readTrailer(packet, packet.length, 4)!;
const typesOf = (packet: Uint8Array) => trailerOf(packet).fields.map(({ type }) => type);

for (const cipher of NTS_CIPHERS) {
  describe(`NTS with ${cipher.name}`, () => {
    it('sends identifier, cookie, placeholders of its length for the cookies that it lacks, and authenticator (F1, F2)', () => {
      const session = sessionOf(keysOf(cipher), 6);
      const packet = session.next()!.seal(plainRequest(random(8)));
      const { identifier, cookie, placeholder, authenticator } = NTS_FIELD;
      expect(typesOf(packet)).to.deep.equal([identifier, cookie, placeholder, placeholder, authenticator]);
      const [, first, second] = trailerOf(packet).fields;
      expect(second!.length).to.equal(first!.length);
    });

    it('nts::happy: gets as many new cookies as it asked for, in a reply of no more octets (A5, F7)', () => {
      const session = sessionOf(keysOf(cipher), 5);
      const asked = session.next()!;
      expect(session.cookies).to.equal(4);
      const packet = asked.seal(plainRequest(random(8)));
      const answer = reply(packet)!;
      expect(asked.faultOf(answer, trailerOf(answer))).to.equal(undefined);
      expect(session.cookies).to.equal(8);
    });

    it('uses each cookie once, also those that come later (F3)', () => {
      const session = sessionOf(keysOf(cipher), 2);
      const seen = new Set<string>();
      for (let i = 0; i < 50; i++) {
        const asked = session.next()!;
        const packet = asked.seal(plainRequest(random(8)));
        const { start, length } = trailerOf(packet).fields[1]!;
        seen.add(Buffer.from(packet.subarray(start, start + length)).toString('hex'));
        const answer = reply(packet)!;
        asked.faultOf(answer, trailerOf(answer));
      }
      expect(seen.size).to.equal(50);
    });

    it('refuses a reply of which any bit was changed, and one to another request (F4)', () => {
      const keys = keysOf(cipher);
      const session = sessionOf(keys);
      const other = session.next()!;
      const asked = session.next()!;
      const answer = reply(asked.seal(plainRequest(random(8))))!;
      expect(other.faultOf(answer, trailerOf(answer))).to.equal('nts');
      for (let bit = 0; bit < answer.length * 8; bit += 3) {
        const forged = answer.slice();
        forged[bit >> 3]! ^= 1 << (bit & 7);
        const trailer = readTrailer(forged, forged.length, 4);
        if (trailer !== undefined) expect(asked.faultOf(forged, trailer), `bit ${bit}`).to.equal('nts');
      }
      expect(session.cookies).to.equal(6);
      expect(asked.faultOf(answer, trailerOf(answer))).to.equal(undefined);
    });

    it('ignores what follows the authenticator (C4, F5)', () => {
      const session = sessionOf(keysOf(cipher), 8);
      const asked = session.next()!;
      const answer = reply(asked.seal(plainRequest(random(8))))!;
      const longer = new Uint8Array(answer.length + 204);
      longer.set(answer);
      writeField(longer, answer.length, NTS_FIELD.cookie, new Uint8Array(200));
      expect(asked.faultOf(longer, trailerOf(longer))).to.equal(undefined);
      expect(session.cookies).to.equal(8);
    });

    it('opens the cookies that it has sealed, and none that were changed (E15)', () => {
      const keys = keysOf(cipher);
      const cookie = sealCookie(keys, serverKeys.current, random(16));
      expect(openCookie(cookie, serverKeys)).to.deep.equal(keys);
      expect(cookie.length % 4).to.equal(0);
      for (let i = 0; i < cookie.length; i++) {
        const forged = cookie.slice();
        forged[i]! ^= 0x10;
        expect(openCookie(forged, serverKeys), `octet ${i}`).to.equal(undefined);
        expect(openCookie(cookie.subarray(0, i), serverKeys)).to.equal(undefined);
      }
    });
  });
}

describe('an NTS client', () => {
  const nakOf = (packet: Uint8Array) => reply(packet, setOf([random(32)]))!;

  it('gets NTSN with its identifier for a cookie of an unknown key (F6), and after another request asks for new keys', () => {
    const session = sessionOf(keysOf());
    const asked = session.next()!;
    const nak = nakOf(asked.seal(plainRequest(random(8))));
    expect([nak[1], Buffer.from(nak.subarray(12, 16)).toString()]).to.deep.equal([0, 'NTSN']);
    expect(asked.faultOf(nak, trailerOf(nak))).to.equal('nts-nak');
    expect(session.next()).not.to.equal(undefined);
    expect(session.next()).to.equal(undefined);
  });

  it('forgets a forged NAK when an authentic reply comes', () => {
    const session = sessionOf(keysOf());
    const asked = session.next()!;
    const packet = asked.seal(plainRequest(random(8)));
    const nak = nakOf(packet);
    expect(asked.faultOf(nak, trailerOf(nak))).to.equal('nts-nak');
    const answer = reply(packet)!;
    expect(asked.faultOf(answer, trailerOf(answer))).to.equal(undefined);
    for (let i = 0; i < 8; i++) expect(session.next()).not.to.equal(undefined);
  });

  it('needs a key exchange when its cookies are used up', () => {
    const session = sessionOf(keysOf(), 2);
    expect([session.next(), session.next()]).not.to.include(undefined);
    expect(session.next()).to.equal(undefined);
  });

  it('takes cookies of another length, and none that are empty or too long (E10)', () => {
    const keys = keysOf();
    const session = new NtsSession({
      keys,
      random,
      cookies: [new Uint8Array(0), new Uint8Array(40), new Uint8Array(2000)],
    });
    expect(session.cookies).to.equal(1);
    const packet = session.next()!.seal(plainRequest(random(8)));
    expect(packet.length).to.be.at.most(1232);
  });
});

describe('an NTS server', () => {
  const keys = keysOf();
  const plain = plainRequest(random(8));
  const fieldsOf = (fields: readonly (readonly [number, number])[]) => {
    const packet = new Uint8Array(1024);
    packet.set(plain);
    let end = HEADER_OCTETS;
    for (const [type, octets] of fields) end = writeField(packet, end, type, new Uint8Array(octets));
    return packet.subarray(0, end);
  };
  const { identifier, cookie, authenticator } = NTS_FIELD;

  it('takes a request without fields of NTS for a plain one (F8)', () => {
    for (const packet of [plain, fieldsOf([[identifier, 32]]), fieldsOf([[0x7777, 40]])])
      expect(readNtsQuestion(packet, packet.length, serverKeys)).to.equal('plain');
  });

  it('is silent without identifier, without cookie, and with two of either (C4)', () => {
    for (const fields of [
      [
        [cookie, 100],
        [authenticator, 36],
      ],
      [
        [identifier, 32],
        [authenticator, 36],
      ],
      [
        [identifier, 32],
        [cookie, 100],
      ],
      [
        [identifier, 16],
        [cookie, 100],
        [authenticator, 36],
      ],
      [
        [identifier, 32],
        [identifier, 32],
        [cookie, 100],
        [authenticator, 36],
      ],
      [
        [identifier, 32],
        [cookie, 100],
        [cookie, 100],
        [authenticator, 36],
      ],
    ] as const) {
      const packet = fieldsOf(fields);
      expect(readNtsQuestion(packet, packet.length, serverKeys), JSON.stringify(fields)).to.equal('malformed');
    }
  });

  it('is silent to a nonce or a ciphertext that goes beyond its field', () => {
    const packet = sessionOf(keys, 1).next()!.seal(plain);
    const { start } = readTrailer(packet, packet.length, 4)!.fields.at(-1)!;
    for (const [at, octets] of [
      [start + 4, 17],
      [start + 4, 0xffff],
      [start + 6, 17],
      [start + 6, 0xffff],
    ] as const) {
      const longer = packet.slice();
      new DataView(longer.buffer).setUint16(at, octets);
      expect(readNtsQuestion(longer, longer.length, serverKeys), `${at - start}: ${octets}`).to.equal('malformed');
    }
  });

  it('gives fewer cookies than it is asked for where its reply would be longer than the request (B4)', () => {
    const packet = new Uint8Array(600);
    packet.set(plain);
    let end = writeField(packet, HEADER_OCTETS, identifier, random(32));
    end = writeField(packet, end, cookie, sealCookie(keys, serverKeys.current, random(16)));
    end = writeField(packet, end, NTS_FIELD.placeholder, new Uint8Array(100));
    // A nonce of 4 octets leaves no room for that of the reply.
    const nonce = random(4);
    end = writeAuthenticator(
      packet,
      end,
      nonce,
      keys.cipher.seal(keys.c2s, nonce, packet.subarray(0, end), new Uint8Array(0)),
    );
    const question = readNtsQuestion(packet, end, serverKeys);
    if (typeof question === 'string') throw new Error(question);
    expect(question).to.include({ cookies: 2 });
    const reply = new Uint8Array(600);
    const octets = protectReply(packet, end, question, { keys: serverKeys, random }, reply);
    expect(octets).to.be.within(HEADER_OCTETS + 36 + 40 + 104, end);
  });

  it('counts no placeholder that is shorter than the cookie, and gives at most eight (F9)', () => {
    const session = sessionOf(keys, 1);
    const packet = session.next()!.seal(plain);
    expect(readNtsQuestion(packet, packet.length, serverKeys)).to.have.property('cookies', 8);
  });
});

describe('the keys of a fleet', () => {
  const at = (day: number, secrets = [SECRET]) => setOf(secrets, day);
  const cookie = (under: CookieKeySet) => sealCookie(keysOf(), under.current, random(16));

  it('are the same on all its servers, for the last thirteen days and the next one (F10)', () => {
    for (const [age, accepted] of [
      [0, true],
      [13, true],
      [14, false],
      [-1, true],
      [-2, false],
    ] as const)
      expect(openCookie(cookie(at(DAY)), at(DAY + age)) !== undefined, `${age} days`).to.equal(accepted);
  });

  it('of an old secret are accepted beside a new one, and not without it', () => {
    const fresh = random(32);
    const old = cookie(at(DAY));
    expect(openCookie(old, at(DAY, [fresh, SECRET]))).not.to.equal(undefined);
    expect(openCookie(old, at(DAY, [fresh]))).to.equal(undefined);
    expect(openCookie(cookie(at(DAY, [fresh, SECRET])), at(DAY, [fresh]))).not.to.equal(undefined);
  });

  it('differ from day to day, and the fingerprint names the secret', () => {
    expect(at(DAY).current.key).not.to.deep.equal(at(DAY + 1).current.key);
    expect(fingerprintOf(SECRET))
      .to.match(/^[0-9a-f]{16}$/)
      .and.equal(fingerprintOf(SECRET.slice()));
    expect(fingerprintOf(random(32))).not.to.equal(fingerprintOf(SECRET));
  });
});

describe('the keys of a single server', () => {
  it('change each period; thirteen old ones are kept', () => {
    const step = (keys: Parameters<typeof rotated>[0], nowS: number) => rotated(keys, nowS, 100, random);
    let keys = step([], 0);
    expect(step(keys, 99)).to.equal(keys);
    const first = sealCookie(keysOf(), new CookieKeySet(keys).current, random(16));
    for (let i = 1; i <= 13; i++) keys = step(keys, i * 100);
    expect(openCookie(first, new CookieKeySet(keys))).not.to.equal(undefined);
    expect(openCookie(first, new CookieKeySet(step(keys, 1400)))).to.equal(undefined);
    expect(step(keys, -5000)).to.have.length(14).and.not.equal(keys);
  });
});

describe('10⁵ mutated packets with NTS', () => {
  it('make neither end throw; a reply is never longer than its request, and no forged one is taken', () => {
    const next = numbersFrom(0xfeed);
    const outcomes = new Set<string>();
    const session = sessionOf(keysOf(AES_128_GCM_SIV), 4);
    const asked = session.next()!;
    const packet = asked.seal(plainRequest(random(8)));
    const answer = reply(packet)!;
    const out = new Uint8Array(2048);
    for (let i = 0; i < 100_000; i++) {
      const good = next(2) === 0 ? packet : answer;
      const length = next(6) === 0 ? 4 * next(good.length / 4) : good.length;
      const mutated = good.slice(0, length);
      for (let n = next(4); n > 0 && length > 0; n--)
        mutated[next(next(2) === 0 ? length : Math.min(length, 100))] = next(256);
      const trailer = length >= HEADER_OCTETS ? readTrailer(mutated, length, 4) : undefined;
      if (trailer === undefined) continue;
      if (good === answer) {
        const fault = asked.faultOf(mutated, trailer);
        outcomes.add(`client ${fault ?? 'true'}`);
        if (fault === undefined && Buffer.compare(mutated, answer) !== 0)
          throw new Error(`round ${i}: took a forged reply`);
        continue;
      }
      const question = readNtsQuestion(mutated, length, serverKeys);
      outcomes.add(`server ${typeof question === 'string' ? question : question.keys === undefined ? 'nak' : 'true'}`);
      if (typeof question === 'string') continue;
      const end = protectReply(mutated, length, question, { keys: serverKeys, random }, out);
      if (end > length) throw new Error(`round ${i}: ${end} octets for ${length}`);
    }
    expect([...outcomes]).to.have.members([
      ...['client nts', 'client true', 'server plain', 'server malformed', 'server nak', 'server true'],
    ]);
  }).timeout(60_000);
});
