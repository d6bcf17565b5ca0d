import { expect } from 'chai';
import type { HubError, Observation, Pulse } from '../../api/index.js';
import { checkObservations } from './observation-check.js';

const PULSE: Pulse = {
  kind: 'pulse',
  clock: 'system',
  monotonic: 5n,
  stamp: 'kernel',
  noiseFloorNs: 1,
  edge: 0n,
  periodNs: 1e9,
};

const faultOf = (observation: Observation): string => {
  try {
    checkObservations([observation], 5n);
  } catch (error) {
    return (error as HubError).message;
  }
  return '';
};

describe('the check of observations', () => {
  it('accepts a pulse with a number and without', () => {
    expect(faultOf(PULSE)).to.equal('');
    expect(faultOf({ ...PULSE, numberedOffsetNs: -3e8 })).to.equal('');
  });

  it('refuses a pulse whose number or period is not finite', () => {
    expect(faultOf({ ...PULSE, numberedOffsetNs: Number.NaN })).to.include('numbered offset is NaN');
    expect(faultOf({ ...PULSE, periodNs: Number.POSITIVE_INFINITY })).to.include('period is Infinity');
    expect(faultOf({ ...PULSE, periodNs: 0 })).to.include('period is 0');
  });

  it('refuses an instant in the future', () => {
    expect(faultOf({ ...PULSE, monotonic: 10_000_000n })).to.include('future');
  });
});
