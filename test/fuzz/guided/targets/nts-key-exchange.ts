import {
  answerKe,
  judgeKeAnswer,
  KeReader,
  keRequest,
  record,
  writeKeMessage,
} from '../../../../src/protocol/nts/index.js';
import { outcomeOf, type Target } from '../target.js';

const cookie = new Uint8Array(100).fill(7);
const exporter = (_label: string, _about: Uint8Array, octets: number): Uint8Array => new Uint8Array(octets);
const cookies = () => Array<Uint8Array>(8).fill(cookie);
const options = { cookies, host: 'ntp.example.org', port: 11123 };
const asked = [record(1, [0]), record(4, [30, 15]), record(1024, [], false)];

/** Longest answer: eight cookies, and the records before them. */
const LONGEST = 1000;

/** Both ends of the key exchange of NTS. They do not throw, and the answer is bounded. */
export const target: Target = {
  // The first octet says in how large pieces the rest comes.
  seeds: [
    ...[keRequest(), answerKe(asked, exporter, options).octets, writeKeMessage([record(2, [1])])],
    writeKeMessage([...asked, { critical: true, type: 6, body: Buffer.from('[2001:db8::1]') }, record(7, [0])]),
  ].map((message) => Uint8Array.from([0, ...message])),
  form: 'octets',
  maxOctets: 1024,
  run: (input) => {
    if (input.length < 2) return 0;
    const reader = new KeReader(900);
    const size = input[0]! + 1;
    let progress = 'more';
    for (let at = 1; at < input.length; at += size) progress = reader.push(input.subarray(at, at + size));
    if (progress !== 'complete') return outcomeOf(progress, 0);
    const verdict = judgeKeAnswer(reader.records);
    const { octets, keys } = answerKe(reader.records, exporter, options);
    if (octets.length > LONGEST) throw new Error(`${octets.length} octets`);
    return outcomeOf('fault' in verdict ? verdict.fault.replace(/\d+/g, '') : 'agreement', keys === undefined ? 0 : 1);
  },
};
