import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { HubError } from '../../api/index.js';
import { openPhcDevice } from './device.js';
import { readFailed } from './error.js';

function failureOf(work: () => unknown): HubError {
  try {
    work();
  } catch (error) {
    return error as HubError;
  }
  throw new Error('it did not fail');
}

describe('the device of a hardware clock', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'timehub-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('that does not exist yet is noticed when it appears', () => {
    const path = join(folder, 'ptp7');
    const error = failureOf(() => openPhcDevice(`phc:${path}`, undefined));
    expect(error.code).to.equal('TH_CLOCK_UNKNOWN');
    expect(error.isOver?.()).to.equal(false);
    writeFileSync(path, '');
    expect(error.isOver?.()).to.equal(true);
  });

  it('that has vanished is noticed when it is back', () => {
    const path = join(folder, 'ptp7');
    const error = failureOf(() => {
      throw readFailed(path, Object.assign(new Error('read'), { code: 'ENODEV' }));
    });
    expect(error.code).to.equal('TH_CLOCK_GONE');
    expect(error.isOver?.()).to.equal(false);
    writeFileSync(path, '');
    expect(error.isOver?.()).to.equal(true);
  });
});
