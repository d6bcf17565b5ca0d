import { expect } from 'chai';
import { Session, type SessionAction, type SessionOptions } from './session.js';

const S = 1_000_000_000n;
const START = 1_795_255_200n;
const A = '/dev/ttyACM0';
const B = '/dev/serial/by-id/usb-Prolific-if00';
const P = '/dev/pps0';

const octets = (records: readonly object[]): Uint8Array =>
  new TextEncoder().encode(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
const pulse = (device: string, second: number, precision = -20) => ({
  class: 'PPS',
  device,
  real_sec: second,
  real_nsec: 0,
  clock_sec: second,
  clock_nsec: 1500,
  precision,
});
const fix = (device: string, second: number, mode: number) => ({
  class: 'TPV',
  device,
  mode,
  time: new Date(second * 1000).toISOString(),
});

interface Second {
  readonly modes?: Readonly<Record<string, number>>;
  /** The devices that give a pulse, with their precision. */
  readonly pulses?: Readonly<Record<string, number>>;
}

/** Runs `seconds` equal seconds. Returns the samples of the last one. */
function run(session: Session, seconds: number, { modes = {}, pulses = {} }: Second, from = 0) {
  let last: readonly SessionAction[] = [];
  for (let k = from; k < from + seconds; k++) {
    const second = Number(START) + k;
    const records = [
      ...Object.entries(pulses).map(([device, precision]) => pulse(device, second, precision)),
      ...Object.entries(modes).map(([device, mode]) => fix(device, second, mode)),
    ];
    const now = BigInt(k) * S;
    last = [...session.feed(octets(records), now), ...session.tick(now)];
  }
  return last.flatMap((action) => (action.type === 'sample' ? [`${action.device} ${action.numbered}`] : []));
}

function begin(devices: readonly string[], options: Partial<SessionOptions> = {}): Session {
  const session = new Session({ silenceNs: 10e9, ...options });
  session.connected();
  const list = devices.map((path) => ({ class: 'DEVICE', path, activated: '2026-11-21T10:00:00.000Z' }));
  session.feed(
    octets([
      { class: 'VERSION', release: '3.25' },
      { class: 'DEVICES', devices: list },
    ]),
    0n,
  );
  return session;
}

describe('pulses of a device without fixes', () => {
  it('belong to the only receiver', () => {
    for (const receiver of [A, B, '/dev/ttyUSB0', 'tcp://192.0.2.1:4001']) {
      const session = begin([receiver, P]);
      expect(run(session, 8, { modes: { [receiver]: 3 }, pulses: { [P]: -20 } }), receiver).to.deep.equal([
        `${P} true`,
      ]);
      expect(session.status).to.deep.equal({ good: true, reason: `the receiver has a fix; pulses of ${P}` });
    }
  });

  it('are recognised by the records of the device where its name does not tell', () => {
    const session = begin([A]);
    const samples = run(session, 8, { modes: { [A]: 3 }, pulses: { '/dev/gps-pulse': -20 } });
    expect(samples).to.deep.equal(['/dev/gps-pulse true']);
  });

  it('are used with a configured receiver, too', () => {
    const session = begin([A, P], { device: A });
    expect(run(session, 8, { modes: { [A]: 3 }, pulses: { [P]: -20 } })).to.deep.equal([`${P} true`]);
  });

  it('are refused while the receiver has no fix', () => {
    const session = begin([A, P]);
    run(session, 8, { modes: { [A]: 3 }, pulses: { [P]: -20 } });
    expect(run(session, 2, { modes: { [A]: 1 }, pulses: { [P]: -20 } }, 8)).to.deep.equal([]);
    expect(session.status.reason).to.contain('no fix');
  });

  it("are replaced by the receiver's own, unless those are stamped more coarsely", () => {
    const own = begin([A, P]);
    expect(run(own, 8, { modes: { [A]: 3 }, pulses: { [P]: -20, [A]: -20 } })).to.deep.equal([`${A} true`]);
    const coarse = begin([A, P]);
    expect(run(coarse, 8, { modes: { [A]: 3 }, pulses: { [P]: -20, [A]: -10 } })).to.deep.equal([`${P} true`]);
    expect(run(coarse, 5, { modes: { [A]: 3 }, pulses: { [A]: -10 } }, 13)).to.deep.equal([`${A} true`]);
  });

  it('may be of either of two receivers: they are used while both have a fix', () => {
    const session = begin([A, B, P]);
    expect(run(session, 8, { modes: { [A]: 3, [B]: 3 }, pulses: { [P]: -20 } })).to.deep.equal([`${P} true`]);
    expect(run(session, 3, { modes: { [A]: 3, [B]: 1 }, pulses: { [P]: -20 } }, 8)).to.deep.equal([]);
    expect(session.status.good).to.equal(true);
    expect(session.pulses.obstacle).to.equal(
      `pulses of ${P} are there and not used: ${B} may give them and is not trusted; name the device by "pulses"`,
    );
  });

  it('are used as configured, whatever the state of other receivers', () => {
    const session = begin([A, B, P, '/dev/pps1'], { device: A, pulses: '/dev/pps1' });
    const second = { modes: { [A]: 3, [B]: 1 }, pulses: { [P]: -20, '/dev/pps1': -20, [A]: -20 } };
    expect(run(session, 8, second)).to.deep.equal(['/dev/pps1 true']);
    const absent = begin([A, P], { pulses: '/dev/pps7' });
    expect(run(absent, 8, { modes: { [A]: 3 }, pulses: { [P]: -20 } })).to.deep.equal([]);
    expect(absent.pulses.obstacle).to.contain(`pulses of ${P} are there and not used`).and.contain('/dev/pps7');
  });

  it('are not used where several devices give pulses', () => {
    const session = begin([A, P, '/dev/pps1']);
    const second = { modes: { [A]: 3 }, pulses: { [P]: -20, '/dev/pps1': -20 } };
    expect(run(session, 8, second)).to.deep.equal([]);
    expect(session.pulses.obstacle).to.contain(`pulses of ${P} and /dev/pps1 are there and not used`);
  });

  it('are reported without a number where gpsd has no receiver', () => {
    for (const options of [{}, { device: P }, { pulses: P }]) {
      const session = begin([P], options);
      expect(run(session, 3, { pulses: { [P]: -20 } })).to.deep.equal([`${P} false`]);
      expect(session.status.good).to.equal(true);
      expect(session.status.reason).to.contain(`pulses of ${P} without a receiver`);
      session.tick(20n * S);
      expect(session.status).to.deep.equal({
        good: false,
        reason: `gpsd has no receiver, and no pulses come from ${P}`,
      });
    }
  });

  it('are not used alone where a receiver is configured or may still report', () => {
    const named = begin([P], { device: A });
    expect(run(named, 6, { pulses: { [P]: -20 } })).to.deep.equal([]);
    expect(named.status.reason).to.equal(`gpsd has no receiver ${A}, but ${P}`);
    const mute = begin([A, P]);
    expect(run(mute, 6, { pulses: { [P]: -20 } })).to.deep.equal([]);
    expect(mute.status.good).to.equal(false);
  });

  it('follow any receiver when their device is configured as the receiver', () => {
    const session = begin([A, P], { device: P });
    expect(run(session, 8, { modes: { [A]: 3 }, pulses: { [P]: -20, [A]: -20 } })).to.deep.equal([`${P} true`]);
  });
});

describe('pulses of one of two receivers', () => {
  it('decide which receiver is followed', () => {
    const session = begin([A, B]);
    expect(run(session, 8, { modes: { [A]: 3, [B]: 3 }, pulses: { [B]: -20 } })).to.deep.equal([`${B} true`]);
    expect(session.receiver?.path).to.equal(B);
  });

  it('are not used while that one has no fix, and the reason says so', () => {
    const session = begin([A, B]);
    expect(run(session, 8, { modes: { [A]: 3, [B]: 1 }, pulses: { [B]: -20 } })).to.deep.equal([]);
    expect(session.pulses.obstacle).to.equal(`pulses of ${B} are there and not used: they are of another receiver`);
  });
});
