import { expect } from 'chai';
import { decode, encode } from '../codec.js';
import { NO_TIME_FLAGS } from '../flags.js';
import { ALL_PORTS, type PortIdentity } from '../identity.js';
import type { Management, ManagementAction } from '../message.js';
import { headerOf, portOf } from '../port/testing/messages.js';
import { DATA_SETS, type DataSet, type DataSetName, readDataSet, writeDataSet } from './data-sets.js';
import type { ManagedClock } from './managed-clock.js';
import { answerManagement, type ManagementPolicy, managementNotice } from './responder.js';

const quality = { clockClass: 6, accuracy: 0x21, variance: 0x4e5d };
const portSet = (port: number): DataSet<'port-data-set'> => ({
  ...{ port: portOf(5, port), state: 6, logMinDelayReqInterval: 0, peerMeanPathDelay: 0n, logAnnounceInterval: 1 },
  ...{ announceReceiptTimeout: 3, logSyncInterval: -3, delayMechanism: 1, logMinPdelayReqInterval: 0, version: 0x12 },
});

function clockOf(priority1 = 128): ManagedClock {
  return {
    identity: portOf(5).clock,
    domain: 0,
    clock: {
      'default-data-set': {
        ...{ flags: { twoStep: true, slaveOnly: false }, numberPorts: 2, priority1, quality, priority2: 7 },
        ...{ clock: portOf(5).clock, domain: 0 },
      },
      'time-properties-data-set': {
        ...{ currentUtcOffset: 37, timeSource: 0x20 },
        flags: { ...NO_TIME_FLAGS, ptpTimescale: true, timeTraceable: true },
      },
      'grandmaster-settings-np': { quality, currentUtcOffset: 37, flags: NO_TIME_FLAGS, timeSource: 0x20 },
    },
    ports: new Map([1, 2].map((port) => [port, { 'port-data-set': portSet(port) }])),
  };
}

interface Ask {
  readonly action?: ManagementAction;
  readonly target?: PortIdentity;
  readonly id?: number;
  readonly data?: Uint8Array;
  readonly hops?: readonly [starting: number, left: number];
}

function ask(name: DataSetName, { action = 'get', target = ALL_PORTS, id, data, hops = [0, 0] }: Ask = {}): Management {
  return {
    kind: 'management',
    header: headerOf(portOf(9, 77), 1234),
    ...{ target, startingHops: hops[0], hops: hops[1], action },
    tlvs: [{ kind: 'management', id: id ?? DATA_SETS[name].id, data: data ?? new Uint8Array(0) }],
  };
}

/** Returns the answers after encoding and decoding. */
function answers(request: Management, policy: ManagementPolicy = {}, clock = () => clockOf()): readonly Management[] {
  const frame = new Uint8Array(1500);
  return answerManagement(request, clock, 1, policy).map((answer) => {
    return decode(frame.slice(0, encode(answer, frame))) as Management;
  });
}

function valueOfAnswer<N extends DataSetName>(name: N, answer: Management | undefined): DataSet<N> | undefined {
  const tlv = answer?.tlvs[0];
  return tlv?.kind === 'management' ? readDataSet(name, tlv.data) : undefined;
}

const errorOf = (answer: Management | undefined): number | undefined => {
  const tlv = answer?.tlvs[0];
  return tlv?.kind === 'management-error' ? tlv.error : undefined;
};

describe('the management responder', () => {
  it('answers a GET with the data set, addressed to its sender', () => {
    const [answer, ...more] = answers(ask('default-data-set'));
    expect(more).to.have.lengthOf(0);
    expect(answer).to.deep.include({ action: 'response', target: portOf(9, 77) });
    expect(answer?.header).to.deep.include({ source: portOf(5, 1), sequenceId: 1234 });
    expect(valueOfAnswer('default-data-set', answer)).to.deep.include({ priority1: 128, numberPorts: 2, quality });
  });

  it('answers for each port when the data are of ports, and all are addressed', () => {
    const both = answers(ask('port-data-set'));
    expect(both.map((answer) => answer.header.source.port)).to.deep.equal([1, 2]);
    expect(both.map((answer) => valueOfAnswer('port-data-set', answer)?.port.port)).to.deep.equal([1, 2]);
    const one = answers(ask('port-data-set', { target: portOf(5, 2) }));
    expect(one.map((answer) => answer.header.source.port)).to.deep.equal([2]);
  });

  it('knows the settings that are members of a data set', () => {
    const value = (name: 'priority2' | 'traceability-properties' | 'timescale-properties' | 'log-sync-interval') =>
      valueOfAnswer(name, answers(ask(name))[0]);
    expect(value('priority2')).to.deep.equal({ value: 7 });
    expect(value('traceability-properties')).to.deep.equal({ value: 0x10 });
    expect(value('timescale-properties')).to.deep.equal({ value: 0x08 });
    expect(value('log-sync-interval')).to.deep.equal({ value: -3 });
  });

  it('answers or refuses every id of the codec, and never throws', () => {
    for (const name of Object.keys(DATA_SETS) as DataSetName[]) {
      for (const action of ['get', 'set', 'command'] as const) {
        const all = answers(ask(name, { action }));
        expect(all.length, `${action} ${name}`).to.be.within(1, 2);
        expect(all[0]?.action).to.equal(action === 'command' ? 'acknowledge' : 'response');
      }
    }
  });

  it('answers with an error for an unknown data set, and for one that the clock does not have', () => {
    expect(errorOf(answers(ask('null', { id: 0x7abc }))[0])).to.equal(2);
    expect(errorOf(answers(ask('current-data-set'))[0])).to.equal(6);
  });

  it('does not answer messages for another clock, port or domain, nor answers', () => {
    expect(answers(ask('null', { target: portOf(6) }))).to.have.lengthOf(0);
    expect(answers(ask('null', { target: portOf(5, 3) }))).to.have.lengthOf(0);
    expect(answers(ask('null', { action: 'response' }))).to.have.lengthOf(0);
    expect(answers(ask('null', { action: 'acknowledge' }))).to.have.lengthOf(0);
    expect(answers(ask('null'), {}, () => ({ ...clockOf(), domain: 3 }))).to.have.lengthOf(0);
  });

  it('changes nothing over the network', () => {
    const data = writeDataSet('priority1', { value: 1 });
    expect(errorOf(answers(ask('priority1', { action: 'set', data }))[0])).to.equal(5);
    expect(errorOf(answers(ask('disable-port', { action: 'command' }))[0])).to.equal(6);
  });

  it('changes what the policy allows, and answers with the new value', () => {
    let priority1 = 128;
    const policy: ManagementPolicy = {
      set: (name, value) => {
        if (name !== 'priority1') return 'not-setable';
        priority1 = (value as DataSet<'priority1'>).value;
        return undefined;
      },
    };
    const set = (name: DataSetName, data: Uint8Array) =>
      answers(ask(name, { action: 'set', data }), policy, () => clockOf(priority1))[0];
    expect(valueOfAnswer('priority1', set('priority1', writeDataSet('priority1', { value: 1 })))).to.deep.equal({
      value: 1,
    });
    expect(errorOf(set('priority2', writeDataSet('priority2', { value: 1 })))).to.equal(5);
    expect(errorOf(set('priority1', new Uint8Array(0)))).to.equal(3);
  });

  it('lets its answers pass as many boundary clocks as the request', () => {
    const [answer] = answers(ask('null', { hops: [5, 3] }));
    expect(answer).to.include({ startingHops: 2, hops: 2 });
  });

  it('makes the messages for subscribers', () => {
    const notice = managementNotice('port-data-set', portSet(1), {
      ...{ from: portOf(5), request: ask('subscribe-events-np', { action: 'set' }), sequenceId: 3 },
    });
    expect(notice).to.deep.include({ action: 'response', target: portOf(9, 77) });
    expect(valueOfAnswer('port-data-set', notice)?.state).to.equal(6);
  });
});
