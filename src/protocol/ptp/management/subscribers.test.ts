import { expect } from 'chai';
import { NO_TIME_FLAGS } from '../flags.js';
import { ALL_PORTS } from '../identity.js';
import type { Management } from '../message.js';
import { headerOf, portOf, S } from '../port/testing/messages.js';
import { DATA_SETS, type DataSet, dataSetName } from './data-sets.js';
import type { ManagedClock } from './managed-clock.js';
import { type Notice, Subscribers } from './subscribers.js';

const ALL = { portState: true, timeSync: true, parentDataSet: true, cmlds: false };

interface State {
  readonly state?: number;
  readonly ingressTimeNs?: bigint;
  readonly clockClass?: number;
}

/** A clock with two ports, of which the second never changes. */
function clockOf({ state = 6, ingressTimeNs = 0n, clockClass = 248 }: State = {}): ManagedClock {
  const quality = { clockClass, accuracy: 0x21, variance: 0x4e5d };
  const port = (n: number, portState: number): DataSet<'port-data-set'> => ({
    ...{ port: portOf(5, n), state: portState, logMinDelayReqInterval: 0, peerMeanPathDelay: 0n, version: 0x12 },
    ...{ logAnnounceInterval: 1, announceReceiptTimeout: 3, logSyncInterval: 0, delayMechanism: 1 },
    logMinPdelayReqInterval: 0,
  });
  return {
    identity: portOf(5).clock,
    domain: 24,
    clock: {
      'parent-data-set': {
        ...{ parent: portOf(1), flags: { statistics: false }, observedVariance: 0, observedPhaseChangeRate: 0 },
        ...{ priority1: 128, quality, priority2: 128, grandmaster: portOf(1).clock },
      },
      'time-status-np': {
        ...{ offsetFromMasterNs: -3n, ingressTimeNs, cumulativeScaledRateOffset: 0, scaledLastGmPhaseChange: 0 },
        ...{ gmTimeBaseIndicator: 0, lastGmPhaseChange: 0n, gmPresent: 1, grandmaster: portOf(1).clock },
      },
      'time-properties-data-set': { currentUtcOffset: 37, timeSource: 0x20, flags: NO_TIME_FLAGS },
    },
    ports: new Map([
      [1, { 'port-data-set': port(1, state) }],
      [2, { 'port-data-set': port(2, 7) }],
    ]),
  };
}

const request: Management = {
  kind: 'management',
  header: { ...headerOf(portOf(9, 77), 1234), domain: 24 },
  ...{ target: ALL_PORTS, startingHops: 0, hops: 0, action: 'set' },
  tlvs: [{ kind: 'management', id: DATA_SETS['subscribe-events-np'].id, data: new Uint8Array(0) }],
};

const names = (notices: readonly Notice[]) =>
  notices.map(({ to, message }) => {
    const [tlv] = message.tlvs;
    return `${to} ${tlv?.kind === 'management' ? dataSetName(tlv.id) : '?'} of ${message.header.source.port}`;
  });

describe('subscribers', () => {
  it('are sent the data set of a new state, a Sync and a changed parent', () => {
    const subscribers = new Subscribers();
    subscribers.subscribe(request, 'a', { durationS: 60, events: ALL }, clockOf(), 0n);
    expect(subscribers.notices(clockOf(), S)).to.deep.equal([]);
    expect(names(subscribers.notices(clockOf({ state: 9 }), S))).to.deep.equal(['a port-data-set of 1']);
    expect(names(subscribers.notices(clockOf({ state: 9, ingressTimeNs: 5n }), S))).to.deep.equal([
      'a time-status-np of 1',
    ]);
    const [notice, ...more] = subscribers.notices(clockOf({ state: 9, ingressTimeNs: 5n, clockClass: 6 }), S);
    expect(names([notice!, ...more])).to.deep.equal(['a parent-data-set of 1']);
    expect(notice!.message).to.deep.include({ action: 'response', target: portOf(9, 77) });
    expect(notice!.message.header).to.include({ domain: 24, sequenceId: 2 });
  });

  it('are sent only the events of their subscription', () => {
    const subscribers = new Subscribers();
    const events = { ...ALL, portState: false, parentDataSet: false };
    subscribers.subscribe(request, 'a', { durationS: 60, events }, clockOf(), 0n);
    expect(names(subscribers.notices(clockOf({ state: 9, clockClass: 6 }), S))).to.deep.equal([]);
    expect(names(subscribers.notices(clockOf({ ingressTimeNs: 1n }), S))).to.deep.equal(['a time-status-np of 1']);
  });

  it('are sent nothing after their subscription ends, until they renew it', () => {
    const subscribers = new Subscribers();
    const wish = { durationS: 10, events: ALL };
    for (const name of ['a', 'b']) subscribers.subscribe(request, name, wish, clockOf(), 0n);
    subscribers.subscribe(request, 'b', wish, clockOf(), 9n * S);
    expect(subscribers.subscriptionOf('b', 10n * S)).to.deep.equal({ durationS: 9, events: ALL });
    expect(names(subscribers.notices(clockOf({ state: 9 }), 10n * S))).to.deep.equal(['b port-data-set of 1']);
    expect([subscribers.size, subscribers.subscriptionOf('a', 10n * S).durationS]).to.deep.equal([1, 0]);
    subscribers.subscribe(request, 'b', { ...wish, durationS: 0 }, clockOf(), 11n * S);
    expect([subscribers.size, names(subscribers.notices(clockOf(), 11n * S))]).to.deep.equal([0, []]);
  });

  it('miss no change between a renewal and the notice before it', () => {
    const subscribers = new Subscribers();
    const wish = { durationS: 10, events: ALL };
    subscribers.subscribe(request, 'a', wish, clockOf(), 0n);
    subscribers.subscribe(request, 'a', wish, clockOf({ state: 9 }), S);
    expect(names(subscribers.notices(clockOf({ state: 9 }), S))).to.deep.equal(['a port-data-set of 1']);
  });

  it('are limited in number, until one’s subscription ends or it is removed', () => {
    const subscribers = new Subscribers();
    const wish = { durationS: 10, events: ALL };
    const subscribe = (name: string, at = 0n) => subscribers.subscribe(request, name, wish, clockOf(), at);
    const outcomes = Array.from({ length: 1000 }, (_, n) => subscribe(`${n}`));
    expect(outcomes.filter((outcome) => outcome === undefined)).to.have.lengthOf(16);
    expect([subscribers.size, subscribe('late'), subscribe('3')]).to.deep.equal([16, 'general', undefined]);
    subscribers.forget('3');
    expect([subscribe('late'), subscribe('later'), subscribe('much later', 10n * S)]).to.deep.equal([
      undefined,
      'general',
      undefined,
    ]);
  });
});
