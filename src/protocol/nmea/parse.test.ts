import { expect } from 'chai';
import { factsOfSentence } from './facts.js';
import type { NmeaGsv, NmeaMessage } from './messages.js';
import { parseSentence } from './parse.js';
import { readSentence, withChecksum } from './sentence.js';

const day = (iso: string): number => Date.parse(iso) / 86_400_000;

function parse(body: string): NmeaMessage | 'ignored' | 'malformed' {
  const sentence = readSentence(withChecksum(body));
  if (typeof sentence === 'string') throw new Error(`${body}: ${sentence}`);
  return parseSentence(sentence);
}

function read(body: string): NmeaMessage {
  const parsed = parse(body);
  if (typeof parsed === 'string') throw new Error(`${body}: ${parsed}`);
  return parsed;
}

const TIME = { timeOfDayNs: 36_000e9, resolutionNs: 1e7 };
const POSITION = '4807.0380,N,01131.0000,E';

describe('the sentences of a receiver', () => {
  it('RMC of all versions: 2.0 without mode, 2.3 with it, 4.10 with the navigational status', () => {
    const rmc = { type: 'RMC', time: TIME, valid: true, day: day('2026-11-30') };
    const body = `GPRMC,100000.00,A,${POSITION},0.02,84.4,301126,3.1,W`;
    expect(read(body)).to.deep.equal({ ...rmc, method: undefined, navigation: undefined });
    expect(read(`${body},D`)).to.deep.equal({ ...rmc, method: 'differential', navigation: undefined });
    expect(read(`${body},R,S`)).to.deep.equal({ ...rmc, method: 'rtk-fixed', navigation: 'safe' });
    expect(read(`${body},A,V`)).to.deep.equal({ ...rmc, method: 'autonomous', navigation: undefined });
  });

  it('RMC without a fix, with the time of the receiver’s own clock and without', () => {
    expect(factsOfSentence(read('GNRMC,100000.00,V,,,,,,,301126,,,N'))).to.deep.include({
      time: { ...TIME, day: day('2026-11-30'), valid: false },
      ...{ valid: false, mode: 'none', method: 'none' },
    });
    expect(factsOfSentence(read('GPRMC,,V,,,,,,,,,,N'))).to.deep.include({ time: undefined, valid: false });
  });

  it('RMC that calls itself unsafe is not valid', () => {
    expect(factsOfSentence(read(`GNRMC,100000.00,A,${POSITION},0.02,84.4,301126,,,A,U`))).to.include({ valid: false });
  });

  it('RMC with a date that is none has its time all the same', () => {
    expect(read(`GPRMC,000231.099,A,${POSITION},0.15,212.28,2208-1,,,A`)).to.include({ type: 'RMC', day: undefined });
  });

  it('ZDA, with a date of four digits and without', () => {
    expect(read('GPZDA,100000.00,30,11,2026,00,00')).to.deep.equal({ type: 'ZDA', time: TIME, day: day('2026-11-30') });
    expect(read('GPZDA,100000.00,,,,,')).to.deep.equal({ type: 'ZDA', time: TIME, day: undefined });
    expect(read('GPZDA,100000.00,31,02,2026,,')).to.have.property('day', undefined);
  });

  it('GGA of all qualities', () => {
    const methods = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ''].map((quality) => {
      const { method, valid } = factsOfSentence(read(`GPGGA,100000.00,${POSITION},${quality},08,0.9,545.4,M,46.9,M,,`));
      return [method, valid];
    });
    expect(methods).to.deep.equal([
      ['none', false],
      ['autonomous', true],
      ['differential', true],
      ['precise', true],
      ['rtk-fixed', true],
      ['rtk-float', true],
      ['estimated', true],
      ['manual', true],
      ['simulated', true],
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it('GGA with altitude has three dimensions, and two without', () => {
    const gga = (altitude: string) =>
      factsOfSentence(read(`GPGGA,100000.00,${POSITION},1,08,0.9,${altitude},M,46.9,M,,`));
    expect(gga('545.4')).to.include({ mode: '3d', used: 8, isModeGuessed: true });
    expect(gga('')).to.include({ mode: '2d' });
  });

  it('GGA with a fix by no satellite has none', () => {
    const facts = factsOfSentence(read(`GPGGA,100000.00,${POSITION},1,00,3.3,10.8,M,-33.3,M,,`));
    expect(facts).to.include({ mode: 'none', used: 0 });
  });

  it('GNS has the best of its systems', () => {
    const gns = (modes: string) => read(`GNGNS,100000.00,${POSITION},${modes},12,0.8,545.4,46.9,,,S`);
    expect(gns('AN')).to.include({ method: 'autonomous', used: 12 });
    expect(gns('ADNN')).to.include({ method: 'differential' });
    expect(gns('NN')).to.include({ method: 'none' });
    expect(gns('')).to.include({ method: undefined });
  });

  it('GLL has no date', () => {
    expect(factsOfSentence(read(`GPGLL,${POSITION},100000.00,A,A`)).time).to.deep.equal({
      ...{ ...TIME, day: undefined, valid: true },
    });
    expect(read(`GPGLL,${POSITION},100000.00,V`)).to.include({ valid: false, method: undefined });
    expect(read(`GPGLL,${POSITION},100000.00,N,V`)).to.include({ valid: false });
  });

  it('GSA of one system, of a system by its number, and by the satellites’ numbers', () => {
    const gsa = (talker: string, numbers: string, system = '') => {
      const body = `${talker}GSA,A,3,${numbers}${','.repeat(12 - numbers.split(',').length)},1.9,0.9,1.7${system}`;
      const message = read(body);
      return message.type === 'GSA' ? message.used.map(({ constellation, id }) => `${constellation} ${id}`) : [];
    };
    expect(gsa('GP', '5,29,46')).to.deep.equal(['gps 5', 'gps 29', 'sbas 133']);
    expect(gsa('GN', '65,96')).to.deep.equal(['glonass 1', 'glonass 32']);
    expect(gsa('GN', '5,36', ',3')).to.deep.equal(['galileo 5', 'galileo 36']);
    expect(gsa('GN', '5,63', ',4')).to.deep.equal(['beidou 5', 'beidou 63']);
    expect(gsa('GN', '193,3', ',5')).to.deep.equal(['qzss 1', 'qzss 3']);
    expect(gsa('BD', '201,205,12')).to.deep.equal(['beidou 1', 'beidou 5', 'beidou 12']);
    expect(gsa('GN', '301,401,999,0')).to.deep.equal(['galileo 1', 'beidou 1']);
    expect(gsa('GI', '9')).to.deep.equal(['navic 9']);
  });

  it('GSV with a signal ID names signal and band', () => {
    const gsv = (body: string): NmeaGsv => read(body) as NmeaGsv;
    const old = gsv('GPGSV,1,1,02,05,40,083,46,07,,,');
    expect(old).to.deep.include({ list: 'GP', part: 1, parts: 1 });
    expect(old.satellites).to.deep.equal([
      {
        ...{ constellation: 'gps', id: 5, elevationDeg: 40, azimuthDeg: 83 },
        signal: { name: undefined, band: undefined, cn0DbHz: 46 },
      },
      {
        ...{ constellation: 'gps', id: 7, elevationDeg: undefined, azimuthDeg: undefined },
        signal: { name: undefined, band: undefined, cn0DbHz: undefined },
      },
    ]);
    const signals = ['GP,8', 'GL,3', 'GA,7', 'GB,B', 'GQ,A', 'GI,2', 'GP,0'].map((pair) => {
      const [talker, id] = pair.split(',');
      const [satellite] = gsv(`${talker}GSV,1,1,01,05,40,083,46,${id}`).satellites;
      return [satellite!.signal.name, satellite!.signal.band];
    });
    expect(signals).to.deep.equal([
      ['L5-Q', 'L5'],
      ['G2 C/A', 'L2'],
      ['E1-BC', 'L1'],
      ['B2I', 'L2'],
      ['L6E', 'L6'],
      ['S SPS', 'S'],
      [undefined, undefined],
    ]);
  });

  it('GSV with impossible parts is malformed', () => {
    for (const head of ['1,2,04', '2,0,04', ',1,04', '1,,04', '1'])
      expect(parse(`GPGSV,${head}`), head).to.equal('malformed');
  });

  it('TXT tells the antenna’s state', () => {
    const antenna = (text: string) => {
      const message = read(`GNTXT,01,01,02,${text}`);
      return message.type === 'TXT' ? message.antenna : 'no TXT';
    };
    expect(antenna('ANTSTATUS=OK')).to.equal('ok');
    expect(antenna('ANTSTATUS=OPEN')).to.equal('open');
    expect(antenna('ANTENNA SHORT')).to.equal('short');
    expect(antenna('ANTSTATUS=INIT')).to.equal('starting');
    expect(antenna('ANTSUPERV=AC SD PDoS SR')).to.equal(undefined);
    expect(read('GNTXT,01,01,02,u-blox AG - www.u-blox.com')).to.include({ text: 'u-blox AG - www.u-blox.com' });
  });

  it('PUBX,04 states the leap seconds, and whether a satellite confirms them', () => {
    const body = 'PUBX,04,100000.00,301126,122400.00,2447,18,1930035,-2660.664,43';
    expect(factsOfSentence(read(body))).to.deep.equal({
      time: { ...TIME, day: day('2026-11-30'), valid: undefined },
      leap: { gpsMinusUtc: 18, isHeard: true, change: undefined, inS: undefined },
    });
    expect(factsOfSentence(read(body.replace(',18,', ',18D,'))).leap).to.include({ gpsMinusUtc: 18, isHeard: false });
    expect(factsOfSentence(read(body.replace(',18,', ',,'))).leap).to.equal(undefined);
    expect(parse('PUBX,04,1')).to.equal('malformed');
  });

  it('of other types are ignored, and cut ones are malformed', () => {
    for (const body of ['GPVTG,84.4,T,,M,0.0,N,0.0,K', 'PUBX,00,1', 'PGRMT,1', 'GP__X', 'GPtoS'.toUpperCase()])
      expect(parse(body.replace('__X', 'XXX')), body).to.equal('ignored');
    for (const body of ['GPRMC,100000,A', 'GPZDA', 'GPGGA,1', 'GPGNS,1', 'GPGLL,1', 'GPGSA,A,3', 'GPTXT,01'])
      expect(parse(body), body).to.equal('malformed');
  });
});
