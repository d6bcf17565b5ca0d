import { expect } from 'chai';
import type { DetailReport } from '../api/index.js';
import { describeDetail } from './detail.js';

const DETAIL: DetailReport = {
  instance: { id: 'ptp.up', kind: 'source', state: 'running', reason: 'Follows 020000.fffe.000001-1.', restarts: 2 },
  source: {
    ...{ id: 'ptp.up', state: 'combined', reason: 'is the only source', offsetNs: -1250, sigmaNs: 40, boundNs: 2e6 },
    ...{ weight: 1, ageS: 0.125, observations: 9 },
  },
  inspect: {
    meanDelayNs: 412,
    neighbourRatePpb: null,
    asCapable: true,
    elevationDeg: 61,
    heard: [{ port: '020000.fffe.000001-1', qualified: false }],
    counters: { foreign: 0, stampsLost: 3 },
    messages: { received: { sync: 4 }, rejected: {} },
  },
  claims: { synchronised: true, rootDelayNs: 1e6, taiMinusUtc: 37 },
  config: { interface: 'eth0', accept: ['a', 'b'] },
  recent: [
    {
      ...{ kind: 'leg', clock: 'system', monotonic: 1n, stamp: 'kernel', noiseFloorNs: 1 },
      ...{ direction: 'inbound', transitNs: 41e3 },
    },
    {
      ...{ kind: 'leg', clock: 'system', monotonic: 1n, stamp: 'kernel', noiseFloorNs: 1, scale: 'tai' },
      ...{ direction: 'outbound', transitNs: 37e9 + 2000 },
    },
  ],
};

describe('the details of one source', () => {
  it('are lines with words and units', () => {
    expect(describeDetail(DETAIL).split('\n')).to.deep.equal([
      'ptp.up  source  combined, restarted 2 times',
      '  Follows 020000.fffe.000001-1.',
      '  is the only source',
      '  1.25 µs fast ±40 ns   error below 2 ms   weight 100 %   heard 125 ms ago   9 observations',
      '',
      'STATE',
      '  mean delay            412 ns',
      '  neighbour rate        –',
      '  as capable            yes',
      '  elevation             61°',
      '  heard',
      '    port 020000.fffe.000001-1, qualified no',
      '  counters              stamps lost 3',
      '  messages',
      '    received            sync 4',
      '    rejected            none',
      '',
      'CLAIMS',
      '  synchronised          yes',
      '  root delay            1 ms',
      '  tai minus utc         37',
      '',
      'CONFIGURATION',
      '  interface             eth0',
      '  accept                a, b',
      '',
      'LAST OBSERVATIONS',
      '  inbound    took 41 µs        by kernel of system',
      '  outbound   took 2 µs         by kernel of system',
    ]);
  });

  it('give the reason once if nothing is known', () => {
    const reason = 'gpsd at [::1]:2947 does not answer';
    const text = describeDetail({
      ...{ instance: { ...DETAIL.instance, reason, restarts: 1 }, config: {}, inspect: {} },
      source: { ...DETAIL.source!, state: 'unreachable', reason, observations: 0 },
    });
    expect(text).to.equal(`ptp.up  source  unreachable, restarted once\n  ${reason}`);
  });

  it('are short while nothing is known', () => {
    const { instance, config } = DETAIL;
    expect(describeDetail({ instance: { ...instance, restarts: 0 }, config, inspect: {} })).to.match(
      /^ptp\.up {2}source {2}running\n {2}Follows .*\n\nCONFIGURATION\n/,
    );
  });
});
