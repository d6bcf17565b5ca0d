import { expect } from 'chai';
import { factsOfUbx } from './facts.js';
import type { UbxMessage } from './messages.js';
import { type ParsedUbx, parseUbx } from './parse.js';
import { type PayloadField, payloadOf, pvtPayload } from './testing/payload.js';

const at = (iso: string): bigint => BigInt(Date.parse(iso)) * 1_000_000n;
const day = (iso: string): number => Date.parse(iso) / 86_400_000;

const parse = (id: number, payload: Uint8Array): ParsedUbx =>
  parseUbx({ classId: id >> 8, messageId: id & 0xff, payload });

function read(id: number, octets: number, fields: readonly PayloadField[]): UbxMessage {
  return known(parse(id, payloadOf(octets, fields)));
}

function known(parsed: ParsedUbx): UbxMessage {
  if (typeof parsed === 'string') throw new Error(parsed);
  return parsed;
}

const DATE = [2026, 11, 30] as const;

describe('the messages of u-blox receivers', () => {
  it('NAV-PVT: time, fix, satellites', () => {
    const facts = factsOfUbx(
      known(parse(0x0107, pvtPayload({ iTowMs: 122_418_000, date: DATE, time: [10, 0, 0], nano: 123 }))),
    );
    expect(facts).to.deep.equal({
      iTowMs: 122_418_000,
      time: { timeOfDayNs: 36_000e9 + 123, day: day('2026-11-30'), valid: true, resolutionNs: 1 },
      ...{ timeAccuracyNs: 20, valid: true, mode: '3d', method: 'autonomous', used: 12 },
    });
  });

  it('NAV-PVT just before a second, and before midnight', () => {
    const time = (hour: number, minute: number, second: number) =>
      factsOfUbx(known(parse(0x0107, pvtPayload({ iTowMs: 1, date: DATE, time: [hour, minute, second], nano: -300 }))))
        .time;
    expect(time(10, 0, 0)).to.include({ timeOfDayNs: 36_000e9 - 300, day: day('2026-11-30') });
    expect(time(0, 0, 0)).to.include({ timeOfDayNs: 86_400e9 - 300, day: day('2026-11-29') });
    expect(time(23, 59, 60)).to.include({ timeOfDayNs: 86_400e9 - 300, day: day('2026-11-30') });
    expect(time(255, 255, 255)).to.equal(undefined);
  });

  it('NAV-PVT without valid date, time, or fix', () => {
    const facts = (valid: number, fixType: number, flags: number) =>
      factsOfUbx(known(parse(0x0107, pvtPayload({ iTowMs: 1, date: DATE, time: [10, 0, 0], valid, fixType, flags }))));
    expect(facts(0, 0, 0)).to.include({ time: undefined, valid: false, mode: 'none', method: 'none' });
    expect(facts(2, 3, 1).time).to.include({ day: undefined, valid: false });
    expect(facts(3, 3, 1).time).to.include({ day: day('2026-11-30'), valid: false });
    expect(facts(7, 3, 0)).to.include({ valid: false, mode: '3d', method: 'none' });
    expect(facts(7, 5, 1)).to.include({ mode: 'time' });
    expect(facts(7, 1, 1)).to.include({ mode: 'dead-reckoning', method: 'estimated' });
    expect(facts(7, 3, 0x83)).to.include({ method: 'rtk-fixed' });
    expect(facts(7, 3, 0x43)).to.include({ method: 'rtk-float' });
    expect(facts(7, 3, 0x03)).to.include({ method: 'differential' });
    expect(facts(7, 9, 1)).to.include({ mode: undefined });
  });

  it('NAV-PVT of older receivers has 84 octets', () => {
    const payload = pvtPayload({ iTowMs: 1, date: DATE, time: [10, 0, 0] });
    expect(parse(0x0107, payload.subarray(0, 84))).to.have.property('name', 'NAV-PVT');
    expect(parse(0x0107, payload.subarray(0, 83))).to.equal('malformed');
  });

  it('NAV-TIMEUTC is UTC only once the leap seconds are known', () => {
    const facts = (valid: number) =>
      factsOfUbx(
        read(0x0121, 20, [
          ...([
            [0, 'u4', 5],
            [4, 'u4', 30],
            [8, 'i4', -5],
            [12, 'u2', 2026],
            [14, 'u1', 11],
            [15, 'u1', 30],
          ] as const),
          ...([
            [16, 'u1', 10],
            [17, 'u1', 1],
            [18, 'u1', 2],
            [19, 'u1', valid],
          ] as const),
        ]),
      );
    expect(facts(0x37)).to.deep.equal({
      iTowMs: 5,
      time: { timeOfDayNs: 36_062e9 - 5, day: day('2026-11-30'), valid: true, resolutionNs: 1 },
      timeAccuracyNs: 30,
    });
    expect(facts(3).time).to.include({ valid: false, day: day('2026-11-30') });
    expect(facts(0).time).to.equal(undefined);
  });

  it('NAV-TIMEGPS and NAV-SOL: week and time of the week on the GPS scale', () => {
    const gps = (valid: number) =>
      factsOfUbx(
        read(0x0120, 16, [
          ...([
            [0, 'u4', 122_418_000],
            [4, 'i4', -250],
            [8, 'i2', 2447],
            [10, 'i1', 18],
            [11, 'u1', valid],
          ] as const),
          [12, 'u4', 15],
        ]),
      );
    expect(gps(7)).to.deep.include({ gpsTime: at('2026-11-30T10:00:18Z') - 250n, timeAccuracyNs: 15 });
    expect(gps(7).leap).to.include({ gpsMinusUtc: 18 });
    expect(gps(4)).to.include({ gpsTime: undefined });
    expect(gps(3)).to.include({ leap: undefined });
    const sol = read(0x0106, 52, [
      ...([
        [0, 'u4', 122_418_000],
        [8, 'i2', 2447],
        [10, 'u1', 3],
        [11, 'u1', 0x0d],
        [47, 'u1', 9],
      ] as const),
    ]);
    expect(factsOfUbx(sol)).to.include({ gpsTime: at('2026-11-30T10:00:18Z'), mode: '3d', valid: true, used: 9 });
  });

  it('NAV-TIMELS: the count, whether a satellite confirms it, and what comes', () => {
    const leap = (fields: readonly PayloadField[]) => factsOfUbx(read(0x0126, 24, fields)).leap;
    const quiet: readonly PayloadField[] = [
      ...([
        [8, 'u1', 2],
        [9, 'i1', 18],
        [10, 'u1', 2],
        [11, 'i1', 0],
        [12, 'i4', -310_000_000],
        [23, 'u1', 3],
      ] as const),
    ];
    expect(leap(quiet)).to.deep.equal({ gpsMinusUtc: 18, isHeard: true, change: 0, inS: undefined });
    expect(leap([...quiet, [11, 'i1', 1], [12, 'i4', 86_400]])).to.include({ change: 1, inS: 86_400 });
    expect(leap([...quiet, [11, 'i1', -1], [12, 'i4', 60]])).to.include({ change: -1, inS: 60 });
    expect(leap([...quiet, [11, 'i1', 1], [12, 'i4', -1]])).to.include({ change: 0 });
    expect(leap([...quiet, [8, 'u1', 0]])).to.include({ isHeard: false });
    expect(leap([...quiet, [23, 'u1', 0]])).to.deep.equal({
      ...{ gpsMinusUtc: undefined, isHeard: undefined, change: undefined, inS: undefined },
    });
    expect(parse(0x0126, payloadOf(24, [[4, 'u1', 1]]))).to.equal('malformed');
  });

  it('NAV-CLOCK and NAV-STATUS', () => {
    const clock = read(0x0122, 20, [
      [4, 'i4', -123_456],
      [8, 'i4', 78],
      [12, 'u4', 9],
      [16, 'u4', 1500],
    ]);
    expect(factsOfUbx(clock)).to.deep.include({
      clock: { biasNs: -123_456, driftPpb: 78, frequencyAccuracyPpb: 1.5 },
      timeAccuracyNs: 9,
    });
    const status = read(0x0103, 16, [
      [4, 'u1', 5],
      [5, 'u1', 0x0d],
      [7, 'u1', 0x10],
    ]);
    expect(factsOfUbx(status)).to.include({ mode: 'time', valid: true, spoofing: 'indicated' });
  });

  it('TIM-TP: the next pulse and its quantisation error', () => {
    const pulse = (flags: number, refInfo: number, more: readonly PayloadField[] = []) => {
      const message = read(0x0d01, 16, [
        ...([
          [0, 'u4', 122_401_000],
          [4, 'u4', 0x80000000],
          [8, 'i4', -4321],
          [12, 'u2', 2447],
        ] as const),
        ...([
          [14, 'u1', flags],
          [15, 'u1', refInfo],
        ] as const),
        ...more,
      ]);
      return message.name === 'TIM-TP' ? message.pulse : undefined;
    };
    expect(pulse(3, 0x3f)).to.deep.equal({
      ...{ time: at('2026-11-30T10:00:01Z') + 500_000n, scale: 'utc', qErrPs: -4321, isLocked: true, hasUtc: true },
    });
    expect(pulse(0, 0)).to.include({ scale: 'gps', hasUtc: false });
    expect(pulse(0, 1)).to.include({ scale: undefined, time: undefined, qErrPs: -4321 });
    expect(pulse(0x11, 0)).to.include({ qErrPs: undefined });
    expect(pulse(0x21, 0)).to.include({ isLocked: false });
    expect(pulse(1, 0, [[8, 'i4', 2_000_000_000]])).to.include({ qErrPs: undefined });
    expect(pulse(1, 0, [[0, 'u4', 604_800_000]])).to.include({ time: undefined });
  });

  it('TIM-TM2: edges at the receiver’s input', () => {
    const fields: readonly PayloadField[] = [
      ...([
        [0, 'u1', 1],
        [2, 'u2', 7],
        [4, 'u2', 2447],
        [6, 'u2', 2447],
        [8, 'u4', 1000],
        [12, 'u4', 250],
      ] as const),
      ...([
        [16, 'u4', 2000],
        [20, 'u4', 0],
        [24, 'u4', 11],
      ] as const),
    ];
    const week = at('2026-11-29T00:00:00Z');
    expect(read(0x0d03, 28, [...fields, [1, 'u1', 0x80 | 0x40 | 0x10]])).to.deep.equal({
      ...{ name: 'TIM-TM2', channel: 1, count: 7, scale: 'utc', accuracyNs: 11 },
      ...{ rising: week + 1_000_000_250n, falling: undefined },
    });
    expect(read(0x0d03, 28, [...fields, [1, 'u1', 0x04 | 0x40 | 0x08]])).to.include({
      ...{ scale: 'gps', rising: undefined, falling: week + 2_000_000_000n },
    });
    expect(read(0x0d03, 28, [...fields, [1, 'u1', 0x80]])).to.include({ scale: undefined, rising: undefined });
  });

  it('NAV-SAT, NAV-SIG and NAV-SVINFO: satellites of all systems', () => {
    const sats = (id: number, octets: number, fields: readonly PayloadField[]) => {
      const message = read(id, octets, fields);
      return 'satellites' in message ? message.satellites : [];
    };
    expect(
      sats(0x0135, 32, [
        ...([
          [5, 'u1', 2],
          [8, 'u1', 2],
          [9, 'u1', 11],
          [10, 'u1', 44],
          [11, 'i1', 60],
          [12, 'i2', 300],
        ] as const),
        ...([
          [16, 'u4', 8],
          [20, 'u1', 6],
          [21, 'u1', 255],
          [23, 'i1', -91],
        ] as const),
      ]),
    ).to.deep.equal([
      {
        ...{ constellation: 'galileo', id: 11, elevationDeg: 60, azimuthDeg: 300, used: true },
        signal: { name: undefined, band: undefined, cn0DbHz: 44 },
      },
    ]);
    expect(
      sats(0x0143, 24, [
        [5, 'u1', 1],
        [8, 'u1', 0],
        [9, 'u1', 5],
        [10, 'u1', 7],
        [14, 'u1', 0],
        [18, 'u2', 8],
      ]),
    ).to.deep.equal([
      {
        ...{ constellation: 'gps', id: 5, elevationDeg: undefined, azimuthDeg: undefined, used: true },
        signal: { name: 'L5-Q', band: 'L5', cn0DbHz: undefined },
      },
    ]);
    const [old] = sats(0x0130, 20, [
      [4, 'u1', 1],
      [9, 'u1', 65],
      [10, 'u1', 1],
      [12, 'u1', 30],
      [13, 'i1', -91],
      [14, 'i2', 1],
    ]);
    expect(old).to.include({ constellation: 'glonass', id: 1, used: true, elevationDeg: undefined });
    for (const id of [0x0135, 0x0143, 0x0130]) {
      expect(parse(id, new Uint8Array(7))).to.equal('malformed');
      expect(
        parse(
          id,
          payloadOf(19, [
            [4, 'u1', 1],
            [5, 'u1', 1],
          ]),
        ),
      ).to.equal('malformed');
    }
  });

  it('MON-HW and MON-RF: antenna and interference', () => {
    const hardware = factsOfUbx(
      read(0x0a09, 60, [
        ...([
          [16, 'u2', 90],
          [18, 'u2', 4000],
          [20, 'u1', 4],
          [21, 'u1', 1],
          [22, 'u1', 0x08],
          [45, 'u1', 33],
        ] as const),
      ]),
    );
    expect(hardware.antennas).to.deep.equal([
      { input: undefined, status: 'open', power: 'on', jamming: 'warning', interference: 33, noise: 90, gain: 4000 },
    ]);
    expect(read(0x0a09, 68, [[53, 'u1', 77]])).to.have.nested.property('antennas[0].interference', 77);
    expect(parse(0x0a09, new Uint8Array(61))).to.equal('malformed');
    const radio = read(0x0a38, 52, [
      ...([
        [1, 'u1', 2],
        [4, 'u1', 0],
        [5, 'u1', 3],
        [6, 'u1', 2],
        [28, 'u1', 1],
        [30, 'u1', 3],
        [44, 'u1', 200],
      ] as const),
    ]);
    expect(radio).to.have.nested.property('antennas[0].jamming', 'critical');
    expect(radio).to.have.nested.property('antennas[1].status', 'short');
    expect(radio).to.have.nested.property('antennas[1].interference', 200);
    expect(parse(0x0a38, payloadOf(51, [[1, 'u1', 2]]))).to.equal('malformed');
  });

  it('MON-VER, surveys and answers', () => {
    const octets = new Uint8Array(100);
    octets.set(new TextEncoder().encode('ROM SPG 5.10'), 0);
    octets.set(new TextEncoder().encode('000A0000'), 30);
    octets.set(new TextEncoder().encode('PROTVER=34.10'), 40);
    octets.set(new TextEncoder().encode('MOD=\u001b[2JX'), 70);
    expect(parse(0x0a04, octets)).to.deep.equal({
      name: 'MON-VER',
      version: { software: 'ROM SPG 5.10', hardware: '000A0000', extensions: ['PROTVER=34.10', 'MOD=\ufffd[2JX'] },
    });
    const survey = read(0x013b, 40, [
      [4, 'u4', 9],
      [8, 'u4', 600],
      [28, 'u4', 25_000],
      [32, 'u4', 590],
      [37, 'u1', 1],
    ]);
    expect(factsOfUbx(survey)).to.deep.equal({
      ...{ iTowMs: 9, survey: { elapsedS: 600, accuracyM: 2.5, observations: 590, isDone: false, isActive: true } },
    });
    const older = read(0x0d04, 28, [
      [0, 'u4', 600],
      [16, 'u4', 4_000_000],
      [20, 'u4', 590],
      [24, 'u1', 1],
    ]);
    expect(factsOfUbx(older).survey).to.include({ accuracyM: 2, isDone: true, isActive: false });
    expect(parse(0x0501, Uint8Array.of(6, 1))).to.deep.equal({ name: 'ACK-ACK', classId: 6, messageId: 1 });
    expect(parse(0x0500, Uint8Array.of(6))).to.equal('malformed');
  });

  it('of other kinds are ignored', () => {
    expect(parse(0x0215, new Uint8Array(16))).to.equal('ignored');
  });
});
