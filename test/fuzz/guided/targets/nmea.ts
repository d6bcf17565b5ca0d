import { ReceiverSession } from '../../../../src/protocol/gnss/receiver/index.js';
import { sumOf, withChecksum } from '../../../../src/protocol/nmea/sentence.js';
import { expectClean, expectFinite } from '../properties.js';
import { outcomeOf, type Target } from '../target.js';

const S_NS = 1_000_000_000n;

const POSITION = '4807.0380,N,01131.0000,E';
const text = (...bodies: readonly string[]): Uint8Array =>
  Buffer.from(bodies.map((body) => `${withChecksum(body)}\r\n`).join(''), 'latin1');

/** Corrects the checksums of most sentences, so that their fields are read. */
function correct(input: Uint8Array): Uint8Array {
  const lines = Buffer.from(input).toString('latin1').split('\n');
  const right = lines.map((line, index) => {
    const [, body] = /^\$([^$]*)\*[0-9A-F]{2}\r?$/.exec(line) ?? [];
    if (body === undefined || index % 7 === 6) return line;
    return `$${body}*${sumOf(body).toString(16).padStart(2, '0').slice(-2)}\r`;
  });
  return Buffer.from(right.join('\n'), 'latin1');
}

/** The sentences of a receiver: splitter, parser and session. */
export const target: Target = {
  seeds: [
    text(`GNRMC,100000.00,A,${POSITION},0.02,84.4,301126,3.1,W,A,S`, 'GNZDA,100000.00,30,11,2026,00,00'),
    text(
      `GPGGA,235960.00,${POSITION},1,08,0.9,545.4,M,46.9,M,,`,
      `GPGLL,${POSITION},235959.99,A,D`,
      'GPRMC,,V,,,,,,,,,,N',
    ),
    text(
      `GNGNS,000000.000,${POSITION},ADNE,12,0.8,545.4,46.9,,,V`,
      'GNGSA,A,3,05,29,65,301,401,193,,,,,,,1.9,0.9,1.7,3',
    ),
    text('GPGSV,2,1,05,05,40,083,46,07,10,200,,09,1,2,3,46,40,180,33,1', 'GPGSV,2,2,05,12,7,99,21,8', 'GLGSV,1,1,00,1'),
    text('GNTXT,01,01,02,ANTSTATUS=OK', 'GPTXT,01,01,01,ANTENNA OPEN', 'PUBX,04,100000.00,301126,122400.00,2447,18'),
    text(`GPRMC,120000,A,${POSITION},0.02,84.4,160407,,`, 'GPGGA,120001,,,,,0,00,,,M,,M,,'),
  ],
  form: 'text',
  maxOctets: 2048,
  dictionary: ['GN', 'RMC', 'ZDA', '235960', ',V', ',,', '*00\r\n', '\r\n$GP'],
  run: (input) => {
    const session = new ReceiverSession({ allowUnchecked: input.length % 2 === 0 });
    const octets = correct(input);
    let now = 0n;
    const events = [];
    for (let at = 0; at < octets.length; at += 300) {
      now += S_NS;
      events.push(...session.feed(octets.subarray(at, at + 300), now));
    }
    events.push(...session.pause(now));
    expectFinite(events);
    let [epochs, dated, seen] = [0, 0, 0];
    for (const event of events) {
      if (event.type === 'text') expectClean(event.text);
      if (event.type !== 'epoch') continue;
      epochs++;
      if (event.report.time?.utc !== undefined) dated++;
      seen = Math.max(seen, event.report.satellites.length);
      if (event.report.messages.length > 64) throw new Error('the messages are not bounded');
    }
    return outcomeOf(Math.min(4, epochs), Math.min(3, dated), Math.min(4, seen), session.counters.malformed > 0);
  },
};
