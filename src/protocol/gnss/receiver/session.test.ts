import { expect } from 'chai';
import { withChecksum } from '../../nmea/index.js';
import { writeUbxFrame } from '../../ubx/index.js';
import { type PayloadField, payloadOf, pvtPayload } from '../../ubx/testing/payload.js';
import { ERA_NS } from '../index.js';
import type { ReceiverEvent, ReceiverReport } from './report.js';
import { ReceiverSession, type ReceiverSessionOptions } from './session.js';
import { countBySystem } from './sky.js';

const S = 1_000_000_000n;
const at = (iso: string): bigint => BigInt(Date.parse(iso)) * 1_000_000n;

const octetsOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const lines = (...bodies: readonly string[]): Uint8Array =>
  octetsOf(bodies.map((body) => `${withChecksum(body)}\r\n`).join(''));
const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

const POSITION = '4807.0380,N,01131.0000,E';
const rmc = (time: string, date: string, talker = 'GN'): string =>
  `${talker}RMC,${time},A,${POSITION},0.02,84.4,${date},,,A`;
const gga = (time: string): string => `GNGGA,${time},${POSITION},1,08,0.9,545.4,M,46.9,M,,`;
const gsa = (mode: number, ids: string, system: number): string =>
  `GNGSA,A,${mode},${ids}${','.repeat(12 - ids.split(',').length)},1.9,0.9,1.7,${system}`;
const frame = (id: number, octets: number, fields: readonly PayloadField[]): Uint8Array =>
  writeUbxFrame(id >> 8, id & 0xff, payloadOf(octets, fields));
const pvt = (iTowMs: number, time: readonly [number, number, number], nano = 0): Uint8Array =>
  writeUbxFrame(1, 7, pvtPayload({ iTowMs, date: [2026, 11, 30], time, nano }));

const reportsOf = (events: readonly ReceiverEvent[]): ReceiverReport[] =>
  events.flatMap((event) => (event.type === 'epoch' ? [event.report] : []));

function run(stream: Uint8Array, options: ReceiverSessionOptions = {}): ReceiverReport[] {
  const session = new ReceiverSession(options);
  return reportsOf([...session.feed(stream, 0n), ...session.pause(0n)]);
}

describe('the session of a receiver', () => {
  it('makes one report of an epoch’s sentences', () => {
    const epoch = (second: string) =>
      lines(
        rmc(second, '301126'),
        gga(second),
        gsa(3, '05,29', 1),
        gsa(3, '65', 2),
        'GPGSV,1,1,02,05,40,083,46,07,10,200,,1',
        'GPGSV,1,1,01,05,40,083,41,8',
        'GLGSV,1,1,01,65,30,100,38,1',
        'GNTXT,01,01,02,ANTSTATUS=OK',
      );
    const [first, second, ...others] = run(join(epoch('100000.00'), epoch('100001.00')));
    expect(others).to.have.length(0);
    expect(first!.time).to.deep.equal({
      utc: at('2026-11-30T10:00:00Z'),
      timeOfDayNs: 36_000e9,
      ...{ isLeapSecond: false, isDayInferred: false, rollovers: 0, resolutionNs: 1e7, valid: true },
    });
    expect(first!.fix).to.deep.equal({ valid: true, mode: '3d', method: 'autonomous', used: 8 });
    expect(first!.messages.map(({ name }) => name).slice(0, 3)).to.deep.equal(['GNRMC', 'GNGGA', 'GNGSA']);
    expect(first!.antennas[0]).to.include({ status: 'ok' });
    expect(countBySystem(first!.satellites)).to.deep.equal([
      { constellation: 'gps', seen: 2, used: 1, meanCn0DbHz: 46 },
      { constellation: 'glonass', seen: 1, used: 1, meanCn0DbHz: 38 },
    ]);
    expect(first!.satellites[0]!.signals.map(({ name }) => name)).to.deep.equal(['L1 C/A', 'L5-Q']);
    expect(second!.time!.utc).to.equal(at('2026-11-30T10:00:01Z'));
  });

  it('states each message with a time at once, with its place in the stream', () => {
    const session = new ReceiverSession();
    const stream = lines(gga('100000.00'), rmc('100000.00', '301126'), gga('100001.00'));
    const times = session.feed(stream, 0n).flatMap((event) => (event.type === 'time' ? [event] : []));
    expect(times.map(({ place, isFirst, time }) => [place.name, isFirst, time.utc, time.isDayInferred])).to.deep.equal([
      ['GNGGA', true, undefined, false],
      ['GNRMC', false, at('2026-11-30T10:00:00Z'), false],
      ['GNGGA', true, at('2026-11-30T10:00:01Z'), true],
    ]);
    for (const { place } of times) expect(String.fromCharCode(stream[place.start]!)).to.equal('$');
    expect(session.position).to.equal(stream.length);
  });

  it('dates a time without a date, over midnight too, but not after an hour of silence', () => {
    const session = new ReceiverSession();
    session.feed(lines(rmc('235959.00', '301126')), 0n);
    const [next] = reportsOf([...session.feed(lines(gga('000000.00')), S), ...session.pause(S)]).slice(-1);
    expect(next!.time).to.include({ utc: at('2026-12-01T00:00:00Z'), isDayInferred: true });
    const late = 3700n * S;
    const [after] = reportsOf([...session.feed(lines(gga('010100.00')), late), ...session.pause(late)]).slice(-1);
    expect(after!.time).to.include({ utc: undefined, isDayInferred: false });
  });

  it('passes a leap second', () => {
    const stream = lines(rmc('235959.00', '311216'), rmc('235960.00', '311216'), rmc('000000.00', '010117'));
    const times = run(stream, { notBefore: 0n }).map(({ time }) => [time!.utc, time!.isLeapSecond]);
    const midnight = at('2017-01-01T00:00:00Z');
    expect(times).to.deep.equal([
      [midnight - S, false],
      [midnight, true],
      [midnight, false],
    ]);
  });

  it('repairs a date that is 1024 weeks too old, and says so', () => {
    const [report] = run(lines(rmc('120000.00', '160407')));
    expect(report!.time).to.include({ utc: at('2026-11-30T12:00:00Z'), rollovers: 1 });
    const [twice] = run(lines(rmc('120000.00', '310887')));
    expect(twice!.time).to.include({ rollovers: 2, utc: at('1987-08-31T12:00:00Z') + 2n * ERA_NS });
    const [kept] = run(lines(rmc('120000.00', '160407')), { notBefore: 0n });
    expect(kept!.time).to.include({ utc: at('2007-04-16T12:00:00Z'), rollovers: 0 });
  });

  it('folds the messages of an epoch in both protocols, though their times differ by rounding', () => {
    const stream = join(
      lines(rmc('100000.00', '301126')),
      pvt(122_418_000, [10, 0, 0], -300),
      frame(0x0103, 16, [
        [0, 'u4', 122_418_000],
        [4, 'u1', 3],
        [5, 'u1', 0x0d],
        [7, 'u1', 8],
      ]),
      pvt(122_419_000, [10, 0, 1], -290),
      lines(rmc('100001.00', '301126')),
    );
    const reports = run(stream);
    expect(reports.map(({ time }) => time!.utc)).to.deep.equal([
      at('2026-11-30T10:00:00Z') - 300n,
      at('2026-11-30T10:00:01Z') - 290n,
    ]);
    expect(reports[0]!.messages.map(({ name }) => name)).to.deep.equal(['GNRMC', 'NAV-PVT', 'NAV-STATUS']);
    expect(reports[0]!.spoofing).to.equal('none');
    expect(reports[0]!.timeAccuracyNs).to.equal(20);
  });

  it('keeps day and time together at midnight', () => {
    const midnight = at('2026-12-01T00:00:00Z');
    // u-blox writes the second after, with a negative fraction.
    const frames = writeUbxFrame(1, 7, pvtPayload({ iTowMs: 1, date: [2026, 12, 1], time: [0, 0, 0], nano: -300 }));
    const sentence = lines(rmc('000000.00', '011226'));
    for (const stream of [join(sentence, frames), join(frames, sentence)]) {
      const [report, ...others] = run(stream);
      expect(others).to.have.length(0);
      expect(report!.time!.utc).to.equal(midnight - 300n);
    }
  });

  it('takes a warning of any message for the whole epoch', () => {
    const [report] = run(
      lines(gga('100000.00'), gsa(3, '05,29', 1), `GNRMC,100000.00,V,${POSITION},0.02,84.4,301126,,,N`),
    );
    expect(report!.fix).to.deep.include({ valid: false, mode: '3d' });
    expect(report!.time).to.include({ valid: false });
  });

  it('names a simulated fix', () => {
    const [report] = run(lines(`GNRMC,100000.00,A,${POSITION},0.02,84.4,301126,,,S`, gga('100000.00')));
    expect(report!.fix.method).to.equal('simulated');
  });

  it('has an epoch for each sentence without time', () => {
    const reports = run(lines('GPRMC,,V,,,,,,,,,,N', 'GPGSA,A,1,,,,,,,,,,,,,,,', 'GPRMC,,V,,,,,,,,,,N'));
    expect(reports.map(({ fix, time }) => [fix.mode, time])).to.deep.equal([
      ['none', undefined],
      ['none', undefined],
    ]);
  });

  it('does not mix what a receiver said without a time into the first epoch with one', () => {
    const reports = run(
      lines('GPGLL,,,,,,V,N', `GPRMC,100000.00,A,${POSITION},,,301126,,,A`, `GPGLL,${POSITION},100000.00,A,A`),
    );
    expect(reports.map(({ fix, time }) => [fix.valid, time?.valid])).to.deep.equal([
      [false, undefined],
      [true, true],
    ]);
  });

  it('does not mix a frame of the next epoch in, whose time follows in another frame', () => {
    const reports = run(
      join(
        lines(rmc('095959.00', '301126')),
        frame(0x0103, 16, [[0, 'u4', 122_418_000]]),
        pvt(122_418_000, [10, 0, 0]),
      ),
    );
    expect(reports.map(({ time }) => time!.utc)).to.deep.equal([
      at('2026-11-30T09:59:59Z'),
      at('2026-11-30T10:00:00Z'),
    ]);
  });

  it('knows TAI, and places an announced leap second', () => {
    const stream = join(
      pvt(122_418_000, [10, 0, 0]),
      frame(0x0126, 24, [
        ...([
          [0, 'u4', 122_418_000],
          [8, 'u1', 2],
          [9, 'i1', 18],
          [11, 'i1', 1],
          [12, 'i4', 50_400],
          [23, 'u1', 3],
        ] as const),
      ]),
    );
    const [report] = run(stream);
    expect(report!.leap).to.deep.equal({
      ...{ taiMinusUtc: 37, isHeard: true, change: 1, at: at('2026-12-01T00:00:00Z'), heardAt: 0n },
    });
  });

  it('makes UTC of the time of GPS once the receiver has stated the leap seconds', () => {
    const gps = (valid: number) =>
      frame(0x0120, 16, [
        [0, 'u4', 122_418_000],
        [8, 'i2', 2447],
        [10, 'i1', 18],
        [11, 'u1', valid],
      ]);
    expect(run(gps(3))[0]!.time).to.equal(undefined);
    expect(run(gps(7))[0]!.time!.utc).to.equal(at('2026-11-30T10:00:00Z'));
  });

  it('ends an epoch with NAV-EOE', () => {
    const session = new ReceiverSession();
    const events = session.feed(join(pvt(1000, [10, 0, 0]), frame(0x0161, 4, [[0, 'u4', 1000]])), 0n);
    expect(events.map(({ type }) => type)).to.deep.equal(['time', 'epoch']);
    expect(session.pause(0n)).to.deep.equal([]);
  });

  it('reports pulses, marks, versions, texts and answers', () => {
    const session = new ReceiverSession();
    const events = session.feed(
      join(
        frame(0x0d01, 16, [
          [0, 'u4', 1000],
          [8, 'i4', 77],
          [12, 'u2', 2447],
          [14, 'u1', 3],
        ]),
        frame(0x0d03, 28, [
          [1, 'u1', 0xd0],
          [4, 'u2', 2447],
          [8, 'u4', 5000],
        ]),
        frame(0x0a04, 40, []),
        frame(0x0501, 2, [
          [0, 'u1', 6],
          [1, 'u1', 1],
        ]),
        lines('GNTXT,01,01,02,hello'),
      ),
      0n,
    );
    expect(events.map(({ type }) => type)).to.deep.equal(['pulse', 'mark', 'version', 'answer', 'text']);
    expect(events[0]).to.have.nested.property('pulse.qErrPs', 77);
  });

  it('no longer reports what was not repeated for long', () => {
    const session = new ReceiverSession();
    session.feed(lines(rmc('100000.00', '301126'), 'GNTXT,01,01,02,ANTSTATUS=OPEN'), 0n);
    const antennas = (now: bigint, time: string) =>
      reportsOf([...session.feed(lines(rmc(time, '301126')), now), ...session.pause(now)]).at(-1)!.antennas;
    expect(antennas(80n * S, '100120.00')).to.have.length(1);
    expect(antennas(100n * S, '100140.00')).to.have.length(0);
  });

  it('counts what it could not read', () => {
    const session = new ReceiverSession();
    session.feed(
      join(lines('GPVTG,1', 'GPZDA'), octetsOf('$GPZDA,,,,,,*00\r\n$GPZDA,,,,,,\r\n'), frame(0x0107, 3, [])),
      0n,
    );
    expect(session.counters).to.deep.equal({ read: 0, ignored: 1, malformed: 2, unchecked: 2 });
  });

  it('forgets the receiver when it is reset', () => {
    const session = new ReceiverSession();
    session.feed(lines(rmc('100000.00', '301126'), 'GPGSV,1,1,01,05,40,083,46,1'), 0n);
    session.reset();
    const [report] = reportsOf([...session.feed(lines(gga('100001.00')), S), ...session.pause(S)]);
    expect(report!.time!.utc).to.equal(undefined);
    expect(report!.satellites).to.have.length(0);
  });

  it('holds a bounded number of satellites and messages, whatever is sent', () => {
    const session = new ReceiverSession();
    for (let k = 0; k < 5000; k++) {
      const id = `${1 + (k % 60)}`;
      session.feed(
        lines(`${['GP', 'GL', 'GA', 'GB'][k % 4]}GSV,9,${1 + (k % 9)},36,${id},1,1,1,${id},1,1,1,${k % 10}`),
        0n,
      );
    }
    const [report] = reportsOf(session.pause(0n));
    expect(report!.messages).to.have.length(64);
    expect(report!.satellites.length).to.be.at.most(128);
  });
});
