import { expect } from 'chai';
import type { Leg } from '../../../api/observation.js';
import { NO_FLAGS } from '../flags.js';
import { ALL_PORTS } from '../identity.js';
import type { Message } from '../message.js';
import { PROFILES } from '../profile/presets.js';
import { isDue } from './action.js';
import type { TimeReceiverPort } from './receiver/receiver-port.js';
import { headerOf, portOf, S, stampOf } from './testing/messages.js';
import { receiver, transmitter } from './testing/ports.js';
import { SimulatedNetwork, SimulatedNode } from './testing/simulated-network.js';
import { ANNOUNCE_TYPE, DELAY_RESP_TYPE, GRANT_LIMITS, GrantTable, SYNC_TYPE } from './transmitter/grant-table.js';
import type { TimeTransmitterPort } from './transmitter/transmitter-port.js';

const client = portOf(5);
const sync = (logInterval = 0, durationS = 300) => ({ messageType: SYNC_TYPE, logInterval, durationS });

/** Limits for addresses that cannot be forged. */
const TRUSTED = { ...GRANT_LIMITS, isTrusted: () => true };

describe('the table of grants', () => {
  it('makes grants due at their interval until they expire', () => {
    const table = new GrantTable(TRUSTED);
    expect(table.request('a', client, sync(-1, 10), 0n)).to.equal(10);
    let sent = 0;
    for (let due = table.dueAt; due !== undefined; due = table.dueAt) sent += table.takeDue(due).length;
    expect(sent).to.equal(20);
    expect(table.size).to.equal(0);
  });

  it('renews without a gap or a burst', () => {
    const table = new GrantTable(TRUSTED);
    table.request('a', client, sync(0, 10), 0n);
    table.takeDue(0n);
    table.request('a', client, sync(0, 10), S / 2n);
    expect(table.dueAt).to.equal(S);
    expect(table.size).to.equal(1);
  });

  it('ends a grant that is cancelled', () => {
    const table = new GrantTable(TRUSTED);
    table.request('a', client, sync(), 0n);
    table.cancel('b', client, SYNC_TYPE);
    expect(table.size).to.equal(1);
    table.cancel('a', client, SYNC_TYPE);
    expect([table.size, table.dueAt]).to.deep.equal([0, undefined]);
  });

  it('refuses what is too fast, of another type, or for no time; and limits the duration', () => {
    const table = new GrantTable(TRUSTED);
    expect(table.request('a', client, sync(-8), 0n)).to.equal(0);
    expect(table.request('a', client, { ...sync(), messageType: 3 }, 0n)).to.equal(0);
    expect(table.request('a', client, sync(0, 0), 0n)).to.equal(0);
    expect(table.request('a', client, sync(0, 86_400), 0n)).to.equal(1000);
  });

  it('is limited by address and in total', () => {
    const table = new GrantTable({ ...TRUSTED, grants: 100 });
    for (let n = 0; n < 10_000; n++) table.request('evil', portOf(n), sync(), 0n);
    expect(table.size).to.equal(12);
    for (let n = 0; n < 10_000; n++) table.request(`evil ${n}`, portOf(n), sync(), 0n);
    expect(table.size).to.equal(100);
    expect(table.request('a', client, sync(), 301n * S)).to.equal(300);
    expect(table.size).to.equal(1);
  });

  it('makes no burst when it is served late', () => {
    const table = new GrantTable(TRUSTED);
    table.request('a', client, sync(), 0n);
    expect(table.takeDue(100n * S)).to.have.lengthOf(1);
    expect(table.dueAt).to.equal(101n * S);
  });

  it('serves many in several calls, and none twice', () => {
    const table = new GrantTable(TRUSTED);
    for (let n = 0; n < 100; n++) table.request(`${n}`, client, sync(), 0n);
    expect(table.takeDue(0n, 64)).to.have.lengthOf(64);
    expect(table.dueAt).to.equal(0n);
    expect(table.takeDue(1n, 64)).to.have.lengthOf(36);
    expect(table.dueAt).to.equal(S);
  });

  it('has no due time for grants of Delay_Resp', () => {
    const table = new GrantTable(TRUSTED);
    table.request('a', client, { ...sync(), messageType: DELAY_RESP_TYPE }, 0n);
    table.request('a', client, { ...sync(), messageType: ANNOUNCE_TYPE }, 0n);
    expect(table.takeDue(0n).map(({ messageType }) => messageType)).to.deep.equal([ANNOUNCE_TYPE]);
  });
});

describe('unicast negotiation', () => {
  function rig(grants = GRANT_LIMITS, lost?: Message['kind']) {
    const master = new SimulatedNode('master', transmitter(PROFILES.default, 1, {}, { grants }));
    const unicast = { address: 'master', durationS: 20 };
    const slave = new SimulatedNode('slave', receiver(PROFILES.default, 5, { unicast }), 1_000_000);
    const wire = new SimulatedNetwork([master, slave], {
      delayNs: () => 300,
      drops: ({ header, kind }) => kind === lost || (!header.flags.unicast && kind !== 'signaling'),
    });
    return { master, slave, wire, grants: () => (master.machine as TimeTransmitterPort).inspect().grants };
  }

  it('makes both legs without multicast, and renews', () => {
    const { slave, wire, grants } = rig();
    wire.run(100);
    const legs = slave.observations.filter((o): o is Leg => o.kind === 'leg');
    expect(legs.filter(({ direction }) => direction === 'inbound').length).to.be.above(75);
    expect(legs.filter(({ direction }) => direction === 'outbound').length).to.be.above(75);
    expect(legs.every(({ transitNs }) => transitNs === 1_000_300 || transitNs === -999_700)).to.equal(true);
    expect(grants()).to.equal(3);
  });

  it('sends nothing to the group if only grants are served', () => {
    const master = new SimulatedNode(
      'master',
      transmitter(PROFILES.default, 1, {}, { grants: GRANT_LIMITS, recipients: 'grants' }),
    );
    const asking = new SimulatedNode(
      'asking',
      receiver(PROFILES.default, 5, { unicast: { address: 'master', durationS: 20 } }),
    );
    const wire = new SimulatedNetwork([master, asking], { delayNs: () => 300 });
    wire.run(60);
    const sent = master.actions.filter((action) => action.type === 'send');
    expect(sent.filter(({ to }) => to === 'group')).to.deep.equal([]);
    for (const kind of ['announce', 'sync', 'follow-up', 'delay-resp'] as const) {
      expect(sent.filter(({ message }) => message.kind === kind).length, kind).to.be.above(20);
    }
    const [request] = asking.sent('delay-req');
    const toGroup = { ...request!, header: { ...request!.header, flags: NO_FLAGS } };
    const hear = (message: Message) =>
      master.machine.receive({ message, from: 'other', stamp: stampOf(wire.now) }, wire.now);
    expect([hear(toGroup).length, hear(request!).length]).to.deep.equal([0, 1]);
  });

  it('sends no more Syncs at once than stamps have room, and the others as stamps come', () => {
    const clients = 300;
    const master = transmitter(PROFILES.default, 1, {}, { grants: TRUSTED, recipients: 'grants' });
    master.linkUp(0n);
    let now = master.wakeAt!;
    master.wake(now);
    expect(master.state).to.equal('master');
    for (let n = 0; n < clients; n++) {
      const tlv = { kind: 'request-unicast', ...sync() } as const;
      const header = headerOf(portOf(100 + n), n);
      const message = { kind: 'signaling', header, target: ALL_PORTS, tlvs: [tlv] } as const;
      master.receive({ message, from: `client ${n}`, stamp: undefined }, now);
    }
    /** Returns the tokens of the Syncs that are sent until none is due at once. */
    const serve = (): readonly number[] => {
      const tokens: number[] = [];
      while (isDue(master.wakeAt, now)) {
        for (const action of master.wake(now)) {
          if (action.type === 'send' && action.message.kind === 'sync') tokens.push(action.token);
        }
      }
      return tokens;
    };
    const first = serve();
    expect(first).to.have.lengthOf(192);
    now += 1_000_000n;
    for (const token of first.slice(0, 90)) master.sent(token, stampOf(now), now);
    master.stampLost(first[90]!, now);
    const second = serve();
    expect(second).to.have.lengthOf(91);
    for (const token of [...first.slice(91), ...second]) master.sent(token, stampOf(now), now);
    expect(serve()).to.have.lengthOf(clients - 192 - 91);
  });

  it('cancels its grants at the end', () => {
    const { slave, wire, grants } = rig();
    wire.run(20);
    wire.do(slave, (slave.machine as TimeReceiverPort).stop());
    wire.run(1);
    expect(grants()).to.equal(0);
  });

  it('is uncalibrated, with the reason, if Syncs are granted and Delay_Resp refused', () => {
    const { slave, wire } = rig({ ...GRANT_LIMITS, grants: 2 }, 'delay-resp');
    wire.run(60);
    const legs = slave.observations.filter((o): o is Leg => o.kind === 'leg');
    expect(new Set(legs.map(({ direction }) => direction))).to.deep.equal(new Set(['inbound']));
    expect(slave.last('state')).to.deep.include({
      state: 'uncalibrated',
      reason: 'Hears 001122.fffe.000001-1, but master refuses to send unicast Delay_Resp.',
    });
  });

  it('requests again, at growing intervals, after a refusal', () => {
    const { slave, wire } = rig({ ...GRANT_LIMITS, grants: 0 });
    wire.run(60);
    expect(slave.sentKinds.filter((kind) => kind === 'signaling')).to.have.lengthOf(6);
  });
});
