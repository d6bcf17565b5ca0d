import { expect } from 'chai';
import { LONGEST_NAME } from '../../api/index.js';
import { MOST_LISTED, parseRecord } from './parse.js';
import { MOST_DEVICES, Session } from './session.js';

const S = 1_000_000_000n;
const START = 1_795_255_200n;
const GOOD = '/dev/ttyACM0';

const octets = (...records: object[]): Uint8Array =>
  new TextEncoder().encode(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
const version = { class: 'VERSION', release: '3.25', proto_major: 3, proto_minor: 15 };
const fix = (k: bigint, device: string, mode = 3) => ({
  ...{ class: 'TPV', device, mode },
  time: new Date(Number(START + k) * 1000).toISOString(),
});
const pulse = (k: bigint, device: string) => ({
  ...{ class: 'PPS', device, real_sec: Number(START + k), real_nsec: 0, clock_sec: Number(START + k), clock_nsec: 900 },
});
const listOf = (paths: readonly string[]) => ({ class: 'DEVICES', devices: paths.map((path) => ({ path })) });
const numbered = (count: number, from = 0): string[] => Array.from({ length: count }, (_, k) => `/dev/junk${from + k}`);

function connected(options: { device?: string; pulses?: string } = {}): Session {
  const session = new Session({ silenceNs: 10e9, ...options });
  session.connected();
  session.feed(octets(version, listOf([])), 0n);
  return session;
}

describe('a gpsd that names ten thousand devices', () => {
  const floods: Record<string, (session: Session, at: bigint) => void> = {
    'by lists': (session, at) => {
      for (let k = 0; k < 10_000; k += 500) session.feed(octets(listOf(numbered(500, k))), at);
    },
    'one by one': (session, at) => {
      for (const path of numbered(10_000)) session.feed(octets({ class: 'DEVICE', path, activated: 1 }), at);
    },
    'by fixes': (session, at) => {
      for (const path of numbered(10_000)) session.feed(octets(fix(at / S, path)), at);
    },
    'by pulses': (session, at) => {
      for (const path of numbered(10_000)) session.feed(octets(pulse(at / S, path)), at);
    },
    'by oscillators and skies': (session, at) => {
      for (const path of numbered(5_000))
        session.feed(octets({ class: 'OSC', device: path }, { class: 'SKY', device: `${path}s`, nSat: 3 }), at);
    },
  };

  for (const [how, flood] of Object.entries(floods)) {
    it(`${how} gets ${MOST_DEVICES} places`, () => {
      const session = connected();
      flood(session, S);
      expect(session.receivers).to.have.length(MOST_DEVICES);
      expect(session.counters.surplus).to.be.at.least(1000 - MOST_DEVICES);
      expect(session.status.reason).to.have.length.below(400);
    });

    it(`${how} does not displace the receiver that has a fix`, () => {
      const session = connected();
      for (let k = 0n; k < 3n; k++) session.feed(octets(fix(k, GOOD), pulse(k, GOOD)), k * S);
      flood(session, 3n * S);
      const actions = session.feed(octets(fix(4n, GOOD), pulse(4n, GOOD)), 4n * S);
      expect(actions.some((action) => action.type === 'sample' && action.device === GOOD)).to.equal(true);
      expect(session.receiver?.path).to.equal(GOOD);
      expect(session.status.good).to.equal(true);
    });

    it(`${how} does not displace a second receiver with a fix, which is followed when the first is unplugged`, () => {
      const session = connected();
      const other = '/dev/ttyUSB9';
      for (let k = 0n; k < 3n; k++) session.feed(octets(fix(k, GOOD), fix(k, other)), k * S);
      flood(session, 3n * S);
      session.feed(octets({ class: 'DEVICE', path: GOOD, activated: 0 }), 4n * S);
      expect(session.receiver?.path).to.equal(other);
      expect(session.status.good).to.equal(true);
    });

    it(`${how} does not keep out the receiver that the operator named`, () => {
      const session = connected({ device: GOOD });
      session.feed(octets({ class: 'DEVICE', path: GOOD, activated: 1 }), 0n);
      flood(session, S);
      for (let k = 2n; k < 5n; k++) session.feed(octets(fix(k, GOOD)), k * S);
      expect(session.status.good).to.equal(true);
    });
  }

  it('is named in the status, with the remedy', () => {
    const session = connected();
    for (let k = 0n; k < 3n; k++) session.feed(octets(fix(k, GOOD)), k * S);
    session.feed(octets(listOf(numbered(40))), 3n * S);
    expect(session.status.reason).to.equal(
      'the receiver has a fix; gpsd names more than 16 devices, the others are not used: name the receiver by "device"',
    );
    session.connected();
    expect(session.status.reason).to.not.contain('16');
  });

  it('gives the places of unplugged devices to new ones', () => {
    const session = connected();
    for (const path of numbered(MOST_DEVICES)) {
      session.feed(octets({ class: 'DEVICE', path, activated: 1 }), S);
      session.feed(octets({ class: 'DEVICE', path, activated: 0 }), S);
    }
    for (let k = 2n; k < 5n; k++) session.feed(octets(fix(k, GOOD)), k * S);
    expect(session.receiver?.path).to.equal(GOOD);
    expect(session.status.good).to.equal(true);
  });

  it('has a new protocol noted once a connection', () => {
    const session = connected();
    const notes = Array.from({ length: 1000 }, (_, k) => session.feed(octets({ ...version, proto_major: 100 + k }), S))
      .flat()
      .filter(({ type }) => type === 'note');
    expect(notes).to.have.length(1);
  });
});

describe('a record of gpsd', () => {
  const HOSTILE = ['\x1b]0;PWNED\x07', 'a\r\nWARNING b', '\x9b2J', '\u202egpj', '\u2028', `x${'y'.repeat(1 << 14)}`];

  it('has clean texts only', () => {
    for (const text of HOSTILE) {
      const records = [
        { class: 'VERSION', release: text },
        { class: 'DEVICES', devices: [{ path: text, driver: text }] },
        { class: 'DEVICE', path: text, driver: text },
        { class: 'TPV', device: text, mode: 3 },
        { class: 'SKY', device: text },
        { ...pulse(0n, text) },
        { ...pulse(0n, text), class: 'TOFF' },
        { class: 'OSC', device: text },
        { class: 'ERROR', message: text },
      ];
      for (const record of records) {
        const shown = JSON.stringify(parseRecord(JSON.stringify(record)), (_key, value) =>
          typeof value === 'bigint' ? `${value}` : value,
        );
        expect(shown, record.class)
          .to.contain('"class"')
          .and.not.match(/\\u00|\\[rnt]|[\x7f-\x9f\u202e\u2028]/);
        expect(shown, record.class).to.have.length.below(4 * LONGEST_NAME + 300);
      }
    }
  });

  it('is read up to a limit', () => {
    const many = Array.from({ length: 10_000 }, (_, PRN) => ({ PRN, path: `${PRN}`, used: true }));
    expect(parseRecord(JSON.stringify({ class: 'SKY', satellites: many })))
      .to.have.property('satellites')
      .with.length(MOST_LISTED);
    expect(parseRecord(JSON.stringify({ class: 'DEVICES', devices: many })))
      .to.have.property('devices')
      .with.length(MOST_LISTED);
  });

  it('has no date after the year 9999, whose text would take long to make', () => {
    const late = { ...pulse(0n, GOOD), real_sec: Number.MAX_SAFE_INTEGER };
    expect(parseRecord(JSON.stringify(late))).to.equal('malformed');
    expect(parseRecord(JSON.stringify({ ...late, real_sec: 253_402_300_799 }))).to.have.property('class', 'PPS');
  });

  it('has no leap second count or quantisation error that is impossible', () => {
    const count = (leapseconds: number) => parseRecord(JSON.stringify({ class: 'TPV', mode: 3, leapseconds }));
    expect([18, 1e9, -1e15].map(count).map((record) => (record as { leapSeconds?: number }).leapSeconds)).to.deep.equal(
      [18, undefined, undefined],
    );
    const error = (qErr: number) => parseRecord(JSON.stringify({ ...pulse(0n, GOOD), qErr })) as { qErrPs?: number };
    expect([-1234, 1e308].map((qErr) => error(qErr).qErrPs)).to.deep.equal([-1234, undefined]);
  });
});
