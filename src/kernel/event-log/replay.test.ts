import { expect } from 'chai';
import { createEngine } from '../../core/engine/engine.js';
import { createEstimator } from '../../core/estimator/index.js';
import { EMBEDDED_LEAP_TABLE } from '../../core/leap/leap-seconds.js';
import { toLine } from './event-log.js';
import { Replay, type ReplayReport } from './replay.js';

const core = { minAgreeing: 1, maxErrorNs: 1e9, trackingErrorNs: 1e8 };
const HEADER = toLine({ type: 'header', schema: 1, version: '0', monotonic: 0n, core });
const CLOCK = toLine({ type: 'clock', clock: 'system', frequencyPpb: 0, maxPpb: 500_000, monotonic: 1n });
const UNREACHABLE = toLine({ type: 'unreachable', id: 'ntp.a', reason: 'no answer', monotonic: 2n });
const TOLD = toLine({ type: 'event', kind: 'source', id: 'ntp.a', text: 'is unreachable: no answer' });

function replay(...lines: readonly string[]): ReplayReport {
  const fresh = new Replay({
    createEngine: (header) => createEngine(header.core, createEstimator(), EMBEDDED_LEAP_TABLE),
  });
  for (const line of lines) fresh.feed(line);
  return fresh.report();
}

const codeOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return '';
};

describe('the replay of an event log', () => {
  it('agrees with the decisions of the log', () => {
    const report = replay(HEADER, CLOCK, UNREACHABLE, TOLD);
    expect(report).to.deep.include({ runs: 1, inputs: 2, events: 1, differences: 0, first: [] });
  });

  it('reports a different decision, a missing one and an additional one', () => {
    const other = TOLD.replace('no answer', 'asleep');
    const [difference] = replay(HEADER, CLOCK, UNREACHABLE, other).first;
    expect(difference).to.deep.include({ line: 4, what: 'event', logged: other.trimEnd(), replayed: TOLD.trimEnd() });
    expect(replay(HEADER, CLOCK, UNREACHABLE, CLOCK).first).to.deep.equal([
      { line: 4, what: 'event', logged: '', replayed: TOLD.trimEnd() },
    ]);
    expect(replay(HEADER, CLOCK, TOLD).first).to.deep.equal([
      { line: 3, what: 'event', logged: TOLD.trimEnd(), replayed: '' },
    ]);
  });

  it('reports a different state', () => {
    const digest = toLine({ type: 'digest', stamps: [], digest: '0123456789abcdef' });
    expect(replay(HEADER, CLOCK, digest).first[0]).to.include({ line: 3, what: 'state', logged: '0123456789abcdef' });
  });

  it('reads logs of earlier versions, in which claims and observations were lines of their own', () => {
    const claims = { synchronised: true, stratum: 1 };
    const leg = { kind: 'leg', clock: 'system', monotonic: 3n, stamp: 'kernel', noiseFloorNs: 1e3 };
    const observations = [
      { ...leg, direction: 'outbound', transitNs: 2e6 },
      { ...leg, direction: 'inbound', transitNs: 1e6 },
    ];
    const source = { id: 'ntp.a', monotonic: 4n };
    const former = replay(
      HEADER,
      CLOCK,
      toLine({ type: 'claims', ...source, claims }),
      toLine({ type: 'observations', ...source, observations }),
    );
    const present = replay(HEADER, CLOCK, toLine({ type: 'report', ...source, claims, observations }));
    const silent = replay(HEADER, CLOCK, toLine({ type: 'report', ...source, claims, observations: [] }));
    expect(former.inputs).to.equal(3);
    expect(former.digest).to.equal(present.digest).and.not.to.equal(silent.digest);
  });

  it('makes a new engine where the hub was started again', () => {
    const report = replay(HEADER, CLOCK, UNREACHABLE, TOLD, HEADER, CLOCK, UNREACHABLE, TOLD);
    expect(report).to.include({ runs: 2, events: 2, differences: 0 });
  });

  it('counts the lost lines of the log, and goes on after a line that was cut off', () => {
    const report = replay(
      HEADER,
      CLOCK,
      toLine({ type: 'gap', dropped: 7 }),
      UNREACHABLE.slice(0, 30),
      UNREACHABLE,
      TOLD,
    );
    expect(report).to.include({ gaps: 7, events: 1, differences: 1 });
    expect(report.first[0]).to.include({ line: 4, what: 'syntax' });
  });

  it('refuses what is not an event log', () => {
    expect(codeOf(() => replay())).to.equal('TH_REPLAY_FORMAT');
    expect(codeOf(() => replay('hello'))).to.equal('TH_REPLAY_FORMAT');
    expect(codeOf(() => replay(CLOCK))).to.equal('TH_REPLAY_FORMAT');
    expect(codeOf(() => replay(HEADER.replace('"schema":1', '"schema":2')))).to.equal('TH_REPLAY_FORMAT');
  });
});
