import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { ReceiverSession } from '../../src/protocol/gnss/receiver/index.js';
import { sumOf, withChecksum } from '../../src/protocol/nmea/sentence.js';
import { writeUbxFrame } from '../../src/protocol/ubx/index.js';
import { pvtPayload } from '../../src/protocol/ubx/testing/payload.js';
import { Random } from './random.js';

const MESSAGES = 1_000_000;
const ALLOWED_GROWTH = 4 * 2 ** 20;

const POSITION = '4807.0380,N,01131.0000,E';
const BODIES = [
  `GNRMC,100000.00,A,${POSITION},0.02,84.4,301126,3.1,W,A,V`,
  'GPZDA,235960.00,31,12,2016,00,00',
  `GPGGA,100000.00,${POSITION},1,08,0.9,545.4,M,46.9,M,,`,
  `GNGNS,100000.00,${POSITION},ADNE,12,0.8,545.4,46.9,,,V`,
  `GPGLL,${POSITION},100000.00,A,D`,
  'GNGSA,A,3,05,29,65,301,401,193,,,,,,,1.9,0.9,1.7,3',
  'GPGSV,2,1,08,05,40,083,46,07,10,200,,09,1,2,3,46,40,180,33,1',
  'GNTXT,01,01,02,ANTSTATUS=OK',
];
/** Class, ID and octets of the messages that are read. */
const FRAMES = [
  ...([
    [0x0103, 16],
    [0x0106, 52],
    [0x0120, 16],
    [0x0121, 20],
    [0x0122, 20],
    [0x0126, 24],
    [0x0130, 44],
  ] as const),
  ...([
    [0x0135, 44],
    [0x013b, 40],
    [0x0143, 40],
    [0x0161, 4],
    [0x0d01, 16],
    [0x0d03, 28],
    [0x0d04, 28],
  ] as const),
  ...([
    [0x0a04, 70],
    [0x0a09, 60],
    [0x0a38, 52],
    [0x0501, 2],
  ] as const),
];

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

function collectedHeap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

/** Returns a sentence with up to three changed characters, and in most cases a right checksum. */
function sentence(random: Random): Buffer {
  const body = Buffer.from(random.pick(BODIES));
  for (let change = random.below(4); change > 0; change--) body[random.below(body.length)] = 0x20 + random.below(96);
  const text = body.toString('latin1');
  const sum = random.below(8) === 0 ? random.below(256) : sumOf(text);
  return Buffer.from(`$${text}*${sum.toString(16).padStart(2, '0')}\r\n`, 'latin1');
}

/** Returns a frame with random content, or NAV-PVT with changed octets; in some cases cut, or with a wrong octet. */
function frame(random: Random): Uint8Array {
  const [id, octets] = random.pick(FRAMES);
  const isPvt = random.below(3) === 0;
  const payload = isPvt
    ? pvtPayload({ iTowMs: random.below(604_800_000), date: [2026, 11, 30], time: [10, 0, random.below(61)] })
    : Uint8Array.from({ length: octets }, () => random.pick([0, 1, 3, 255, random.below(256)]));
  for (let change = random.below(3); change > 0; change--) payload[random.below(payload.length)] = random.below(256);
  const whole = isPvt ? writeUbxFrame(1, 7, payload) : writeUbxFrame(id >> 8, id & 0xff, payload);
  if (random.below(8) === 0) whole[random.below(whole.length)] = random.below(256);
  return random.below(16) === 0 ? whole.subarray(0, random.below(whole.length)) : whole;
}

describe('a receiver that sends anything', function () {
  this.timeout(300_000);

  it(`${MESSAGES} mutated sentences and frames are read or refused, and leave nothing behind`, () => {
    const random = new Random(7);
    const session = new ReceiverSession();
    const counts = { time: 0, epoch: 0, others: 0 };
    let before = 0;
    for (let sent = 0; sent < MESSAGES; sent++) {
      if (sent === MESSAGES / 10) before = collectedHeap();
      const octets = random.below(2) === 0 ? sentence(random) : frame(random);
      for (const { type } of session.feed(octets, BigInt(sent) * 100_000_000n))
        counts[type === 'time' || type === 'epoch' ? type : 'others']++;
    }
    expect(collectedHeap() - before).to.be.below(ALLOWED_GROWTH);
    expect(counts.time).to.be.above(MESSAGES / 10);
    expect(counts.epoch).to.be.above(MESSAGES / 10);
    expect(counts.others).to.be.above(MESSAGES / 100);
    expect(session.counters.malformed).to.be.above(0);
    const [last] = session.feed(Buffer.from(`${withChecksum(BODIES[0]!)}\r\n`), 0n).slice(-1);
    expect(last).to.have.property('type', 'time');
  });
});
