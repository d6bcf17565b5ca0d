import { claimsOf, claimsOfLonePulses } from '../../../../plugins/gpsd/claims.js';
import { eventInstant, pulseOf, readingOf } from '../../../../plugins/gpsd/sample.js';
import { Session } from '../../../../src/protocol/gpsd/index.js';
import { expectFinite } from '../properties.js';
import { outcomeOf, type Target } from '../target.js';

const NOW = 1_800_000_000_000_000_000n;
const STEP_NS = 250_000_000n;
const SAMPLING = { precisionNs: undefined, serialDelayNs: 60e6 };

const tpv = (n: number): string =>
  `{"class":"TPV","device":"/dev/rx0","status":1,"mode":3,"time":"2027-01-15T08:00:0${n}.000Z","leapseconds":18,"ept":0.005,"ant":0}`;
const offset = (kind: string, n: number): string =>
  `{"class":"${kind}","device":"/dev/rx0","real_sec":1800000000,"real_nsec":0,"clock_sec":1800000000,"clock_nsec":${n}2345,"precision":-20,"qErr":12}`;
const HEAD = [
  '{"class":"VERSION","release":"3.25","rev":"3.25","proto_major":3,"proto_minor":15}',
  '{"class":"DEVICES","devices":[{"class":"DEVICE","path":"/dev/rx0","driver":"NMEA0183","activated":"2026-01-01T00:00:00.000Z"},{"class":"DEVICE","path":"/dev/pps0","driver":"PPS","activated":1.5}]}',
  '{"class":"WATCH","enable":true,"json":true,"nmea":false,"raw":0,"pps":true}',
];
const SKY =
  '{"class":"SKY","device":"/dev/rx0","nSat":9,"uSat":7,"satellites":[{"PRN":5,"el":40.0,"az":100,"ss":33.0,"used":true}]}';
const OSC = '{"class":"OSC","device":"/dev/rx0","running":true,"reference":false,"disciplined":false,"delta":67}';
const ERROR = '{"class":"ERROR","message":"Unrecognized request"}';

const text = (lines: readonly string[]): Uint8Array => Buffer.from(`${lines.join('\r\n')}\r\n`);

/** A conversation with gpsd: lines, records, the session, and the plugin's observations of a sample. */
export const target: Target = {
  seeds: [
    text([...HEAD, tpv(1), offset('TOFF', 1), SKY]),
    text([...HEAD, ...[1, 2, 3, 4, 5, 6].map(tpv), SKY, offset('PPS', 1), offset('TOFF', 2), OSC, offset('PPS', 3)]),
    text([HEAD[1]!.replace('/dev/rx0', '/dev/pps1'), offset('PPS', 1).replace('rx0', 'pps0'), ERROR]),
    // The last second that a JSON number can represent.
    text([...HEAD, ...[1, 2, 3, 4].map(tpv), offset('PPS', 1).replace('1800000000', '9007199254740991')]),
    text([tpv(1), '{"class":"DEVICE","path":"/dev/rx0","activated":0}', tpv(2), offset('PPS', 1)]),
  ],
  form: 'text',
  maxOctets: 4096,
  dictionary: ['"class":"TPV"', '"device":"/dev/pps0"', '"activated":0', '"mode":', '"qErr":', '"precision":', '\n'],
  run: (input) => {
    const session = new Session({ silenceNs: 5e9 });
    let now = NOW;
    let samples = 0;
    session.connected();
    for (let at = 0; at < input.length; at += 512) {
      now += STEP_NS;
      for (const action of [...session.feed(input.subarray(at, at + 512), now), ...session.tick(now)]) {
        if (action.type !== 'sample') continue;
        const { sample, device, numbered } = action;
        const monotonic = eventInstant(sample, {
          clock: 'system',
          by: 'user',
          time: sample.clock + 1000n,
          monotonic: now,
        });
        if (monotonic === undefined) continue;
        const judged = pulseOf(sample, monotonic, SAMPLING, { path: 'pps', numbered });
        expectFinite([judged, readingOf(sample, monotonic, SAMPLING), claimsOfLonePulses(device, judged.biasBoundNs)]);
        if (session.receiver !== undefined) expectFinite(claimsOf(session.receiver, judged.biasBoundNs));
        samples++;
      }
    }
    session.tick(now + 60_000_000_000n);
    const { status, receiver, receivers } = session;
    return outcomeOf(status.good, receiver?.state, Math.min(3, receivers.length), Math.min(3, samples));
  },
};
