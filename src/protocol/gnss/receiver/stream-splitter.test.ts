import { expect } from 'chai';
import fc from 'fast-check';
import { withChecksum } from '../../nmea/index.js';
import { MOST_PAYLOAD_OCTETS, writeUbxFrame } from '../../ubx/index.js';
import { crc24q } from './crc24q.js';
import { MOST_SENTENCE_OCTETS, type StreamMessage, StreamSplitter } from './stream-splitter.js';

const text = (line: string): Uint8Array => Uint8Array.from(line, (character) => character.charCodeAt(0));
const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

const ZDA = withChecksum('GPZDA,100000.00,30,11,2026,00,00');
const SENTENCE = text(`${ZDA}\r\n`);
const FRAME = writeUbxFrame(0x01, 0x61, Uint8Array.of(1, 2, 3, 4));

function rtcm(payload: Uint8Array): Uint8Array {
  const octets = join(Uint8Array.of(0xd3, payload.length >> 8, payload.length & 0xff), payload, new Uint8Array(3));
  const end = octets.length - 3;
  const crc = crc24q(octets, 0, end);
  octets.set([crc >> 16, (crc >> 8) & 0xff, crc & 0xff], end);
  return octets;
}

const kindOf = (message: StreamMessage): string =>
  message.kind === 'nmea' ? message.text : `ubx ${message.messageId}`;

function splitAll(stream: Uint8Array): { readonly splitter: StreamSplitter; readonly messages: StreamMessage[] } {
  const splitter = new StreamSplitter();
  return { splitter, messages: splitter.push(stream) };
}

describe('the splitter of a receiver’s stream', () => {
  it('finds the same messages at the same places however the stream is cut', () => {
    const part = fc.oneof(
      fc.constantFrom(SENTENCE, FRAME, rtcm(text('$GPZDA,1*00\r\n')), rtcm(new Uint8Array(1023))),
      fc.uint8Array({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.array(fc.nat({ max: 40 })), (parts, cuts) => {
        const stream = join(...parts);
        const whole = splitAll(stream);
        const splitter = new StreamSplitter();
        const found: StreamMessage[] = [];
        let from = 0;
        for (const cut of [...cuts, stream.length]) {
          found.push(...splitter.push(stream.subarray(from, from + cut)));
          from += cut;
        }
        expect(found).to.deep.equal(whole.messages);
        expect(splitter.counters).to.deep.equal(whole.splitter.counters);
        expect(splitter.position).to.equal(stream.length);
      }),
    );
  });

  it('finds sentences and frames between RTCM 3, whose content it does not read', () => {
    const { splitter, messages } = splitAll(join(SENTENCE, rtcm(SENTENCE), FRAME, rtcm(FRAME), SENTENCE));
    expect(messages.map(kindOf)).to.deep.equal([ZDA, 'ubx 97', ZDA]);
    expect(splitter.counters).to.deep.equal({ sentences: 2, frames: 1, rtcm: 2, broken: 0, garbage: 0 });
  });

  it('states the places of first and last octet', () => {
    const { messages } = splitAll(join(text('junk'), SENTENCE, FRAME));
    const end = 4 + ZDA.length;
    expect(messages.map((message) => [message.start, message.end])).to.deep.equal([
      [4, end],
      [end + 2, end + 2 + FRAME.length],
    ]);
  });

  it('has a sentence as soon as its checksum has come', () => {
    const splitter = new StreamSplitter();
    expect(splitter.push(text(ZDA.slice(0, -1)))).to.have.length(0);
    expect(splitter.push(text(ZDA.slice(-1))).map(kindOf)).to.deep.equal([ZDA]);
  });

  it('has a sentence without checksum at its line end', () => {
    const { messages } = splitAll(text('$GPZDA,100000\n$GPRMC,1'));
    expect(messages.map(kindOf)).to.deep.equal(['$GPZDA,100000']);
  });

  it('drops a sentence that another one or binary data interrupts', () => {
    const cut = text('$GPRMC,100000.00,A,48');
    for (const between of [SENTENCE, join(FRAME, SENTENCE), join(Uint8Array.of(0), SENTENCE)]) {
      const { splitter, messages } = splitAll(join(cut, between));
      expect(messages.map(kindOf)).to.include(ZDA).and.not.include('$GPRMC,100000.00,A,48');
      expect(splitter.counters.broken).to.equal(1);
    }
  });

  it('finds the frame behind a broken one, and inside of what seemed to be one', () => {
    const wrong = FRAME.slice();
    wrong[wrong.length - 1]! ^= 1;
    expect(splitAll(join(wrong, FRAME)).messages.map(kindOf)).to.deep.equal(['ubx 97']);
    // A header that claims the octets of the frame after it.
    const header = Uint8Array.of(0xb5, 0x62, 1, 2, FRAME.length, 0);
    expect(splitAll(join(header, FRAME, SENTENCE)).messages.map(kindOf)).to.deep.equal(['ubx 97', ZDA]);
  });

  it('accepts the longest payload and no longer one', () => {
    const longest = writeUbxFrame(0x02, 0x15, new Uint8Array(MOST_PAYLOAD_OCTETS));
    expect(splitAll(join(longest, FRAME)).messages.map(kindOf)).to.deep.equal(['ubx 21', 'ubx 97']);
    const header = Uint8Array.of(0xb5, 0x62, 2, 0x15, (MOST_PAYLOAD_OCTETS + 1) & 0xff, MOST_PAYLOAD_OCTETS >> 8);
    expect(splitAll(join(header, FRAME)).messages.map(kindOf)).to.deep.equal(['ubx 97']);
  });

  it('drops an overlong line and finds the next', () => {
    const { splitter, messages } = splitAll(join(text(`$GPTXT,${'x'.repeat(MOST_SENTENCE_OCTETS)}\r\n`), SENTENCE));
    expect(messages.map(kindOf)).to.deep.equal([ZDA]);
    expect(splitter.counters.broken).to.equal(1);
  });

  it('gives up an unfinished frame at a pause, and finds the sentence in it', () => {
    const splitter = new StreamSplitter();
    expect(splitter.push(join(Uint8Array.of(0xb5, 0x62, 1, 7, 0, 4), SENTENCE))).to.have.length(0);
    expect(splitter.pause().map(kindOf)).to.deep.equal([ZDA]);
    expect(splitter.push(FRAME).map(kindOf)).to.deep.equal(['ubx 97']);
  });

  it('passes any number of false headers', () => {
    const header = Uint8Array.of(0xb5, 0x62, 1, 2, 0xff, 0x1f);
    const stream = Uint8Array.from({ length: 1 << 17 }, (_, at) => header[at % header.length]!);
    const { splitter } = splitAll(join(stream, new Uint8Array(MOST_PAYLOAD_OCTETS + 8), SENTENCE));
    expect(splitter.counters.sentences).to.equal(1);
    expect(splitter.counters.broken).to.be.above(20_000);
  });
});
