import { expect } from 'chai';
import { readinessOf } from './readiness.js';
import type { StatusReport } from './report.js';

const status = (mode: StatusReport['mode'], boundNs: number | null): StatusReport =>
  ({ mode, clocks: [{ boundNs }] }) as unknown as StatusReport;

describe('readiness', () => {
  it('is given while the hub tracks within the error', () => {
    expect(readinessOf(status('tracking', 5e5), 1e6)).to.deep.equal({
      ready: true,
      text: 'the hub is tracking, the error is below 500 µs',
    });
  });

  it('is not given above the error, in holdover, or without a bound', () => {
    expect(readinessOf(status('tracking', 2e6), 1e6).ready).to.equal(false);
    expect(readinessOf(status('holdover', 5e5), 1e6).ready).to.equal(false);
    for (const unknown of [null, Number.NaN])
      expect(readinessOf(status('tracking', unknown), 1e6)).to.deep.equal({
        ready: false,
        text: 'the hub is tracking, the error is not known',
      });
    expect(readinessOf({ mode: 'unsynchronised', clocks: [] }, Number.POSITIVE_INFINITY).ready).to.equal(false);
  });
});
