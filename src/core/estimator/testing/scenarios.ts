import type { Ns } from '../../../api/index.js';
import type { FilterScenario, FilterServer } from './simulator.js';

/** A row of the accuracy table: the scenario at full length, chrony's error and the bound of what can be reached, RMS. */
export interface AccuracyRow {
  readonly name: string;
  readonly scenario: FilterScenario;
  /** Measured in June 2026; NaN: not measured. */
  readonly chronyNs: Ns;
  /** Delay-weighted bound if the noise is exponential, else the linear one. */
  readonly boundNs: Ns;
}

const LAN: FilterServer = { delayNs: 100e3, jitterNs: 10e3, shape: 'exp', pollS: 16, biasSigmaNs: 1e3 };
const INTERNET: FilterServer = { delayNs: 20e6, jitterNs: 1e6, shape: 'exp', pollS: 64, biasSigmaNs: 500e3 };
const SWITCH: FilterServer = { delayNs: 5e3, jitterNs: 50, shape: 'norm', pollS: 1, biasSigmaNs: 10 };

const norm = (server: FilterServer): FilterServer => ({ ...server, shape: 'norm' });
const every = (server: FilterServer, pollS: number): FilterServer => ({ ...server, pollS });
const times = (server: FilterServer, count: number): FilterServer[] => Array.from({ length: count }, () => server);
const unadmitted = ({ biasSigmaNs: _, ...server }: FilterServer): FilterServer => server;

export const lan = (server: FilterServer): FilterScenario => ({
  durationS: 100_000,
  steadyFromS: 20_000,
  servers: [server],
});
export const internet = (...servers: FilterServer[]): FilterScenario => {
  const slow = servers[0]!.pollS > 64;
  return { durationS: slow ? 500_000 : 200_000, steadyFromS: slow ? 100_000 : 50_000, servers };
};
const lanSwitch = (server: FilterServer, wander: number): FilterScenario => ({
  durationS: 20_000,
  steadyFromS: 5_000,
  servers: [server],
  wander,
  offsetNs: 100e3,
});

const SLOW = every(INTERNET, 1024);
const HALF_S = 200_000;
const liar = (server: FilterServer): FilterServer => ({ ...unadmitted(server), offsetNs: () => 50e6 });

export const ROWS: readonly AccuracyRow[] = [
  { name: 'A-exp 16 s', scenario: lan(LAN), chronyNs: 2720, boundNs: 1390 },
  { name: 'A-exp 64 s', scenario: lan(every(LAN, 64)), chronyNs: 5430, boundNs: 2920 },
  { name: 'A-norm 16 s', scenario: lan(norm(LAN)), chronyNs: 3580, boundNs: 2600 },
  { name: 'A-norm 64 s', scenario: lan(norm(every(LAN, 64))), chronyNs: 7490, boundNs: 4390 },
  { name: 'B-exp 64 s', scenario: internet(INTERNET), chronyNs: 117e3, boundNs: 62e3 },
  { name: 'B-exp 1024 s', scenario: internet(SLOW), chronyNs: 442e3, boundNs: 242e3 },
  { name: 'B-norm 64 s', scenario: internet(norm(INTERNET)), chronyNs: 218e3, boundNs: 138e3 },
  { name: 'B-norm 1024 s', scenario: internet(norm(SLOW)), chronyNs: 645e3, boundNs: 385e3 },
  { name: 'C 64 s', scenario: internet(...times(INTERNET, 4)), chronyNs: 61.7e3, boundNs: 33e3 },
  { name: 'C 1024 s', scenario: internet(...times(SLOW, 4)), chronyNs: 492e3, boundNs: 117e3 },
  { name: 'D 1024 s', scenario: internet(...times(SLOW, 3), liar(SLOW)), chronyNs: 483e3, boundNs: 136e3 },
  {
    name: 'E 1024 s, after',
    scenario: {
      ...internet({ ...SLOW, extraNs: (second) => (second > HALF_S ? 5e6 : 0) }, ...times(SLOW, 3)),
      durationS: 2 * HALF_S,
      steadyFromS: HALF_S,
    },
    chronyNs: 903e3,
    boundNs: 143e3,
  },
  {
    name: 'F-A 64 s',
    scenario: {
      ...lan(every(LAN, 64)),
      frequencyStep: { atS: 50_000, ppb: 1000 },
      event: { atS: 50_000, limitNs: 16.3e3 },
    },
    chronyNs: Number.NaN,
    boundNs: Number.NaN,
  },
  {
    name: 'F-B 1024 s',
    scenario: {
      ...internet(SLOW),
      durationS: 2 * HALF_S,
      frequencyStep: { atS: HALF_S, ppb: 1000 },
      event: { atS: HALF_S, limitNs: 1.326e6 },
    },
    chronyNs: Number.NaN,
    boundNs: Number.NaN,
  },
  {
    name: 'I every pulse',
    scenario: {
      durationS: 60_000,
      steadyFromS: 20_000,
      servers: [INTERNET],
      pps: { jitterNs: 1000, biasSigmaNs: 100 },
    },
    chronyNs: 286,
    boundNs: 212,
  },
  { name: 'K-norm 1e-9', scenario: lanSwitch(SWITCH, 1e-9), chronyNs: 27.8, boundNs: 17.3 },
  { name: 'K-norm 1e-10', scenario: lanSwitch(SWITCH, 1e-10), chronyNs: 12.5, boundNs: 9.7 },
  { name: 'K-exp 1e-9', scenario: lanSwitch({ ...SWITCH, shape: 'exp' }, 1e-9), chronyNs: 21.1, boundNs: 10.4 },
];

export const row = (name: string): AccuracyRow => ROWS.find((one) => one.name === name)!;

/** Returns the same scenario over less time. */
export const shortened = ({ scenario }: AccuracyRow, durationS: number): FilterScenario => ({
  ...scenario,
  durationS,
  steadyFromS: durationS / 4,
});
