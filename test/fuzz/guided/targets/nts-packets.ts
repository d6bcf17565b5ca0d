import { HEADER_OCTETS, readTrailer, request } from '../../../../src/protocol/ntp/index.js';
import {
  AES_128_GCM_SIV,
  CookieKeySet,
  fleetKeys,
  NtsSession,
  protectReply,
  readNtsQuestion,
  sealCookie,
} from '../../../../src/protocol/nts/index.js';
import { outcomeOf, type Target } from '../target.js';

const fixed = (octets: number): Uint8Array => new Uint8Array(octets).fill(5);
const cookieKeys = new CookieKeySet(fleetKeys([fixed(32)], 20_000));
const keys = { cipher: AES_128_GCM_SIV, c2s: fixed(16), s2c: new Uint8Array(16).fill(6) };
const cookies = Array.from({ length: 6 }, () => sealCookie(keys, cookieKeys.current, fixed(16)));
const session = new NtsSession({ keys, cookies, random: fixed });
const asked = session.next()!;
const packet = asked.seal(request(fixed(8)));
const GUARD = 0xee;
const reply = new Uint8Array(2048);

function answer(): Uint8Array {
  const out = new Uint8Array(2048);
  out.set([0x24, 1, 6, 0xe9]);
  const question = readNtsQuestion(packet, packet.length, cookieKeys);
  if (typeof question === 'string') throw new Error(question);
  return out.slice(0, protectReply(packet, packet.length, question, { keys: cookieKeys, random: fixed }, out));
}
const good = answer();

/** Both ends of NTP packets with NTS. They do not throw; a reply is not longer than its request; a forged one is not taken. */
export const target: Target = {
  seeds: [packet, good, packet.subarray(0, HEADER_OCTETS + 36), packet.subarray(0, 200)],
  form: 'octets',
  maxOctets: 1024,
  run: (input) => {
    const { length } = input;
    const trailer = length < HEADER_OCTETS ? undefined : readTrailer(input, length, 4);
    if (trailer === undefined) return 0;
    const fault = asked.faultOf(input, trailer);
    if (fault === undefined && Buffer.compare(input.subarray(0, good.length), good) !== 0)
      throw new Error('took a forgery');
    const question = readNtsQuestion(input, length, cookieKeys);
    if (typeof question === 'string') return outcomeOf(`${fault} ${question}`, 0);
    reply.fill(GUARD);
    const end = protectReply(input, length, question, { keys: cookieKeys, random: fixed }, reply);
    if (end > length) throw new Error(`${end} octets for ${length}`);
    if (reply[length] !== GUARD) throw new Error('wrote beyond the request');
    return outcomeOf(`${fault} ${question.keys === undefined ? 'nak' : 'true'}`, question.cookies);
  },
};
