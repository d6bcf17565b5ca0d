import { expect } from 'chai';
import fc from 'fast-check';
import { parseRecord } from './parse.js';

describe('a line from gpsd', () => {
  it('gives a pulse exact to the nanosecond', () => {
    const line =
      '{"class":"PPS","device":"/dev/ttyS1","real_sec":1795253601,"real_nsec":0,"clock_sec":1795253600,"clock_nsec":999999999,"precision":-20,"shm":"NTP1","qErr":-1234}';
    expect(parseRecord(line)).to.deep.equal({
      class: 'PPS',
      device: '/dev/ttyS1',
      real: 1795253601000000000n,
      clock: 1795253600999999999n,
      precisionLog2: -20,
      qErrPs: -1234,
    });
  });

  it('may have spaces and a meaningless precision (TOFF as gpsd 3.25 sends it)', () => {
    const line =
      '{"class":"TOFF","device":"/rig/gps0","real_sec":1795251521, "real_nsec":0,"clock_sec":1795251521,"clock_nsec":60401838,"precision":-1,"shm":"NTP-1"}';
    expect(parseRecord(line)).to.include({ class: 'TOFF', clock: 1795251521060401838n, real: 1795251521000000000n });
  });

  it('distinguishes a closed device from an open one, in the notation of any release', () => {
    const activated = (value: string) => parseRecord(`{"class":"DEVICE","path":"/dev/ttyACM0"${value}}`);
    expect(activated(',"activated":0')).to.include({ activated: false });
    expect(activated(',"activated":1795253601.5')).to.include({ activated: true });
    expect(activated(',"activated":"2026-11-21T10:00:00.000Z"')).to.include({ activated: true });
    expect(activated('')).to.include({ activated: true });
  });

  it('is ignored when its class is not used here', () => {
    for (const name of ['ATT', 'GST', 'RAW', 'toString', '__proto__']) {
      expect(parseRecord(`{"class":"${name}"}`), name).to.equal('ignored');
    }
  });

  it('is malformed when essential values are missing or of another type', () => {
    for (const line of [
      '',
      'null',
      '[]',
      '"PPS"',
      '{"class":"PPS"',
      '{"class":7}',
      '{"class":"PPS","real_sec":1,"real_nsec":0,"clock_sec":1}',
      '{"class":"PPS","real_sec":1.5,"real_nsec":0,"clock_sec":1,"clock_nsec":0}',
      '{"class":"PPS","real_sec":1,"real_nsec":1000000000,"clock_sec":1,"clock_nsec":0}',
      '{"class":"PPS","real_sec":-1,"real_nsec":0,"clock_sec":1,"clock_nsec":0}',
      '{"class":"TOFF","real_sec":"1","real_nsec":0,"clock_sec":1,"clock_nsec":0}',
      '{"class":"DEVICE","activated":0}',
    ]) {
      expect(parseRecord(line), line).to.equal('malformed');
    }
  });

  it('never throws, whatever it is', () => {
    const field = fc.oneof(fc.anything(), fc.constantFrom('TPV', 'SKY', 'PPS', 'DEVICES'));
    const keys = fc.constantFrom('class', 'time', 'mode', 'satellites', 'devices', 'real_sec', 'clock_nsec', 'path');
    fc.assert(
      fc.property(fc.dictionary(keys, field), (fields) => {
        const line = JSON.stringify(fields, (_, value) => (typeof value === 'bigint' ? Number(value) : value)) ?? '';
        expect(parseRecord(line)).to.satisfy(
          (parsed: unknown) => typeof parsed === 'string' || typeof parsed === 'object',
        );
      }),
    );
  });
});
