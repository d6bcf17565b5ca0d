import { expect } from 'chai';
import { Session, type SessionAction, WATCH_COMMAND } from './session.js';

const S = 1_000_000_000n;
const START = 1_795_255_200n;
const DEVICE = '/dev/ttyACM0';

const octets = (...records: object[]): Uint8Array =>
  new TextEncoder().encode(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
const iso = (second: bigint): string => new Date(Number(second) * 1000).toISOString();

const version = { class: 'VERSION', release: '3.25', proto_major: 3, proto_minor: 15 };
const devices = (...paths: string[]) => ({
  class: 'DEVICES',
  devices: paths.map((path) => ({ class: 'DEVICE', path, activated: 1 })),
});
const tpv = (second: bigint, mode: number, more: object = {}) => ({
  class: 'TPV',
  device: DEVICE,
  mode,
  time: iso(second),
  ...more,
});
const pps = (second: bigint, more: object = {}) => ({
  class: 'PPS',
  device: DEVICE,
  real_sec: Number(second),
  real_nsec: 0,
  clock_sec: Number(second),
  clock_nsec: 1500,
  precision: -20,
  ...more,
});
const samples = (actions: readonly SessionAction[]) => actions.filter((action) => action.type === 'sample');

function fixed(options: { device?: string } = {}): Session {
  const session = new Session({ silenceNs: 10e9, ...options });
  session.connected();
  session.feed(octets(version, devices(DEVICE)), 0n);
  for (let k = 0n; k < 3n; k++) session.feed(octets(tpv(START + k, 2), tpv(START + k, 3)), k * S);
  return session;
}

describe('a session with gpsd', () => {
  it('begins with a WATCH that asks for pulses and timing, within the 80 characters that gpsd accepts', () => {
    const [first] = new Session({ silenceNs: 10e9 }).connected();
    expect(first).to.deep.equal({ type: 'send', text: WATCH_COMMAND });
    expect(WATCH_COMMAND.trimEnd()).to.have.length.at.most(80).and.contain('"pps":true').and.contain('"timing":true');
  });

  it('reports that there is no receiver', () => {
    const session = new Session({ silenceNs: 10e9 });
    session.connected();
    session.feed(octets(version), 0n);
    expect(session.status.reason).to.equal('waits for gpsd to name its receivers');
    session.feed(octets(devices()), 0n);
    expect(session.status).to.deep.equal({ good: false, reason: 'gpsd has no receiver' });
  });

  it('trusts no time before three epochs in a row with a full fix, several records an epoch or not', () => {
    const session = new Session({ silenceNs: 10e9 });
    session.connected();
    const taken: number[] = [];
    for (const [k, modes] of [[3], [3], [1], [2, 3], [3, 3, 3], [2, 3]].entries()) {
      const second = START + BigInt(k);
      const fixes = modes.map((mode) => tpv(second, mode));
      taken.push(samples(session.feed(octets(...fixes, pps(second)), BigInt(k) * S)).length);
    }
    expect(taken).to.deep.equal([0, 0, 0, 0, 0, 1]);
    expect(session.counters.refused).to.equal(5);
    expect(session.status.good).to.equal(true);
  });

  it('keeps its trust over a fix without altitude and loses it with the fix', () => {
    const session = fixed();
    expect(samples(session.feed(octets(tpv(START + 3n, 2), pps(START + 3n)), 3n * S))).to.have.length(1);
    expect(samples(session.feed(octets(tpv(START + 4n, 2), pps(START + 4n)), 4n * S))).to.have.length(1);
    session.feed(octets({ class: 'SKY', device: DEVICE, nSat: 7, uSat: 2 }), 5n * S);
    const lost = session.feed(octets({ class: 'TPV', device: DEVICE, mode: 1 }, pps(START + 5n)), 5n * S);
    expect(samples(lost)).to.have.length(0);
    expect(session.status).to.deep.equal({ good: false, reason: 'no fix: 2 satellites of 7' });
  });

  it('counts time mode at a surveyed position as a full fix', () => {
    const session = new Session({ silenceNs: 10e9 });
    session.connected();
    for (let k = 0n; k < 3n; k++) session.feed(octets(tpv(START + k, 2, { status: 7 })), k * S);
    expect(session.status.good).to.equal(true);
  });

  it('reports the receiver that was unplugged, and needs three epochs when it is back', () => {
    const session = fixed();
    session.feed(octets({ class: 'DEVICE', path: DEVICE, activated: 0 }), 4n * S);
    expect(session.status).to.deep.equal({ good: false, reason: `receiver ${DEVICE} was unplugged` });
    session.feed(octets({ class: 'DEVICE', path: DEVICE, activated: 5 }, tpv(START + 5n, 3)), 5n * S);
    expect(session.status.reason).to.contain('fix 1 of the 3');
  });

  it('reports a receiver silent after `silenceNs`', () => {
    const session = fixed();
    session.tick(12n * S);
    expect(session.status.good).to.equal(true);
    session.tick(12n * S + 1n);
    expect(session.status).to.deep.equal({ good: false, reason: `receiver ${DEVICE} has stopped sending` });
  });

  it('refuses a date from another era, with the reason', () => {
    const session = fixed();
    const past = START - 1024n * 7n * 86_400n;
    expect(samples(session.feed(octets(pps(past)), 3n * S))).to.have.length(0);
    expect(session.status.reason).to.contain('rolled over');
    expect(samples(session.feed(octets(pps(START + 4n)), 4n * S))).to.have.length(1);
  });

  it('starts again with a new connection: gpsd may have been restarted', () => {
    const session = fixed();
    session.feed(new TextEncoder().encode('{"class":"TPV","mo'), 3n * S);
    expect(session.connected()[0]?.type).to.equal('send');
    expect(session.status.good).to.equal(false);
    session.feed(octets(version, devices(DEVICE)), 4n * S);
    expect(session.counters.malformed).to.equal(0);
    expect(samples(session.feed(octets(tpv(START + 4n, 3), pps(START + 4n)), 4n * S))).to.have.length(0);
  });

  it('follows the configured receiver and ignores others', () => {
    const session = fixed({ device: '/dev/ttyS7' });
    expect(session.status.reason).to.equal(`gpsd has no receiver /dev/ttyS7, but ${DEVICE}`);
  });

  it('changes to another good receiver only when its own fails', () => {
    const session = fixed();
    const other = '/dev/ttyUSB9';
    const both = (k: bigint) =>
      octets(...[DEVICE, other].flatMap((device) => [tpv(START + k, 3, { device }), pps(START + k, { device })]));
    for (let k = 3n; k < 7n; k++) expect(samples(session.feed(both(k), k * S))).to.have.length(1);
    expect(session.receiver?.path).to.equal(DEVICE);
    session.feed(octets({ class: 'DEVICE', path: DEVICE, activated: 0 }), 7n * S);
    expect(session.receiver?.path).to.equal(other);
    expect(session.status.good).to.equal(true);
  });

  it('reads the records whatever the number of the protocol is, and notes a new number once', () => {
    const versions = [
      ['3.26.1', 3, 15],
      ['3.27', 0, 16],
      ['3.27.3', 3, 16],
      ['3.27.5', 16, 1],
      ['4.0', 99, 0],
      ['?', undefined, undefined],
    ] as const;
    for (const [release, proto_major, proto_minor] of versions) {
      const session = new Session({ silenceNs: 10e9 });
      session.connected();
      const notes: string[] = [];
      const taken: number[] = [];
      for (let k = 0n; k < 5n; k++) {
        const hello = octets({ class: 'VERSION', release, proto_major, proto_minor }, devices(DEVICE));
        const actions = [
          ...session.feed(hello, k * S),
          ...session.feed(octets(tpv(START + k, 3), pps(START + k)), k * S),
        ];
        taken.push(samples(actions).length);
        notes.push(...actions.flatMap((action) => (action.type === 'note' ? [action.message] : [])));
      }
      expect(taken, release).to.deep.equal([0, 0, 1, 1, 1]);
      expect(notes, release).to.have.length(release === '4.0' ? 1 : 0);
      expect(notes.join(), release).to.contain(release === '4.0' ? 'gpsd 4.0 speaks protocol 99.0' : '');
    }
  });

  it('assigns records that name no device to the only device', () => {
    const session = new Session({ silenceNs: 10e9 });
    session.connected();
    session.feed(octets(version, devices(DEVICE)), 0n);
    const { device, ...fix } = tpv(START, 3);
    const { device: also, ...pulse } = pps(START);
    expect(device).to.equal(also);
    for (let k = 0n; k < 3n; k++) session.feed(octets({ ...fix, time: iso(START + k) }), k * S);
    expect(samples(session.feed(octets(pulse), 3n * S))).to.have.length(1);
    expect(session.receivers.map(({ path }) => path)).to.deep.equal([DEVICE]);
  });
});
