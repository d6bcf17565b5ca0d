import { expect } from 'chai';
import type { Reading } from '../../../api/observation.js';
import { INTERVAL_INITIAL, INTERVAL_STOP, INTERVAL_UNCHANGED } from '../interval.js';
import type { Message } from '../message.js';
import { PROFILES } from '../profile/presets.js';
import type { TimeReceiverPort } from './receiver/receiver-port.js';
import { headerOf, portOf } from './testing/messages.js';
import { dataOf, receiver, transmitter } from './testing/ports.js';
import { EPOCH, SimulatedNetwork, SimulatedNode } from './testing/simulated-network.js';
import type { TimeTransmitterPort } from './transmitter/transmitter-port.js';

const profile = PROFILES['automotive-receiver'];

function rig(more: { drops?: (message: Message) => boolean; savedLink?: { delayNs: number; ratePpb: number } } = {}) {
  const master = new SimulatedNode('master', transmitter(PROFILES['automotive-transmitter']));
  const slave = new SimulatedNode('slave', receiver(profile, 5, { savedLink: more.savedLink }), 1_000_000);
  const wire = new SimulatedNetwork([master, slave], { delayNs: () => 350, ...more });
  const view = () => (slave.machine as TimeReceiverPort).inspect(wire.now);
  const readings = () => slave.observations.filter((o): o is Reading => o.kind === 'reading');
  return { master, slave, wire, view, readings };
}

const requests = (node: SimulatedNode) =>
  node.actions.flatMap((action) =>
    action.type === 'send' && action.message.kind === 'signaling'
      ? action.message.tlvs.flatMap((tlv) => (tlv.kind === 'message-interval-request' ? [tlv.timeSync] : []))
      : [],
  );

describe('an automotive timeReceiver', () => {
  it('has the time within 100 ms of link-up, without any Announce', () => {
    const { master, slave, wire, readings } = rig({ savedLink: { delayNs: 350, ratePpb: 0 } });
    wire.run(0.1);
    expect(readings()[0]?.offsetNs).to.equal(-1_000_000);
    expect(Number(readings()[0]!.monotonic - EPOCH)).to.be.below(50e6);
    expect(master.sentKinds).not.to.include('announce');
    expect(slave.last('state')).to.deep.include({
      state: 'slave',
      reason: 'Follows the timeTransmitter of this link: a fixed role, there is no election.',
    });
  });

  it('has it without a saved delay, too, with the noise of an unknown link', () => {
    const { wire, readings, view } = rig({ drops: ({ kind }) => kind.startsWith('pdelay') });
    wire.run(20);
    expect(readings()[0]).to.deep.include({ offsetNs: -1_000_350 });
    expect(readings().at(-1)?.noiseNs).to.be.closeTo(500, 1);
    expect(view().link?.origin).to.equal('assumed');
    expect(view().state).to.equal('slave');
  });

  it('measures the link nevertheless', () => {
    const { wire, view, slave } = rig();
    wire.run(10);
    expect(view().link).to.deep.include({ origin: 'measured', delayNs: 350 });
    expect(slave.last('save-link')?.link.delayNs).to.equal(350);
  });

  it('requests the fast interval first, and the slow one when it has settled', () => {
    const { slave, master, wire } = rig();
    wire.run(3);
    expect(requests(slave)).to.deep.equal([-5]);
    const fast = master.sentKinds.filter((kind) => kind === 'sync').length;
    expect(fast).to.be.within(94, 98);
    wire.run(3);
    expect(requests(slave)).to.deep.equal([-5, 0]);
    const before = master.sentKinds.filter((kind) => kind === 'sync').length;
    wire.run(10);
    expect(master.sentKinds.filter((kind) => kind === 'sync').length - before).to.be.within(9, 11);
  });

  it('holds the time when Syncs stop, reports it, and continues with the next', () => {
    let mute = false;
    const { slave, wire } = rig({ drops: ({ kind }) => mute && (kind === 'sync' || kind === 'follow-up') });
    wire.run(3);
    mute = true;
    wire.run(2);
    expect(slave.last('state')).to.deep.include({ state: 'uncalibrated' });
    expect(slave.last('state')?.reason).to.match(/^No Sync of .* for 250 ms: the last rate and phase are held\.$/);
    mute = false;
    wire.run(0.2);
    expect(slave.states.at(-1)).to.equal('slave');
  });

  it('uses Syncs of every sender', () => {
    const { slave, wire, view } = rig();
    wire.run(1);
    const sync = { kind: 'sync', header: { ...headerOf(portOf(9), 1), sdoId: 0x100 }, origin: 5n, tlvs: [] } as const;
    wire.do(
      slave,
      (slave.machine as TimeReceiverPort).receive({ message: sync, from: 'x', stamp: slave.stamp(wire.now) }, wire.now),
    );
    expect(view().source).to.deep.equal(portOf(9));
  });
});

describe('a gPTP timeTransmitter', () => {
  function pair() {
    const master = new SimulatedNode('master', transmitter(PROFILES.gptp));
    const slave = new SimulatedNode('slave', receiver(PROFILES.gptp), 0, 0);
    const wire = new SimulatedNetwork([master, slave], { delayNs: () => 350 });
    const port = master.machine as TimeTransmitterPort;
    const ask = (timeSync: number) => {
      const header = { ...headerOf(portOf(5), 1), sdoId: 0x100 };
      const tlv = {
        kind: 'message-interval-request' as const,
        ...{ linkDelay: INTERVAL_UNCHANGED, timeSync, announce: INTERVAL_UNCHANGED },
        flags: { computeNeighborRateRatio: true, computeMeanLinkDelay: true, oneStepReceiveCapable: false },
      };
      const message: Message = { kind: 'signaling', header, target: portOf(1), tlvs: [tlv] };
      wire.do(master, port.receive({ message, from: 'slave' }, wire.now));
    };
    const syncsIn = (seconds: number) => {
      const before = master.sentKinds.filter((kind) => kind === 'sync').length;
      wire.run(seconds);
      return master.sentKinds.filter((kind) => kind === 'sync').length - before;
    };
    return { master, slave, wire, port, ask, syncsIn };
  }

  it('sends Sync eight times a second, and at its neighbour’s requests faster, never, and at the initial interval', () => {
    const { wire, ask, syncsIn } = pair();
    wire.run(10);
    expect(syncsIn(4)).to.equal(32);
    ask(-4);
    expect(syncsIn(4)).to.equal(64);
    ask(INTERVAL_STOP);
    expect(syncsIn(4)).to.equal(0);
    ask(INTERVAL_INITIAL);
    expect(syncsIn(4)).to.be.within(32, 33);
    ask(-100);
    expect(syncsIn(1)).to.be.within(127, 129);
  });

  it('states the rate and changes of its time base in each Follow_Up, and the other side reports them', () => {
    const { slave, wire, port, master } = pair();
    wire.run(10);
    const timeBase = {
      cumulativePpb: 1500,
      indicator: 1,
      lastPhaseChange: -2_000_000n << 16n,
      lastFrequencyChangePpb: 12,
    };
    wire.do(master, port.setData(dataOf(1, { timeBase }), wire.now));
    wire.run(1);
    expect(slave.last('discontinuity')?.reason).to.equal(
      'The grandmaster has changed its time base by -2 ms and 12.0 ppb.',
    );
    const view = (slave.machine as TimeReceiverPort).inspect(wire.now);
    expect(view.timeBase.cumulativePpb).to.be.closeTo(1500, 0.001);
    wire.run(10);
    expect(slave.actions.filter(({ type }) => type === 'discontinuity')).to.have.lengthOf(1);
    const rate = slave.observations.findLast((o) => o.kind === 'rate');
    expect(rate?.frequencyPpb).to.be.closeTo(1500, 0.01);
  });

  it('names the clocks on the path of its time', () => {
    const { wire, port, master } = pair();
    wire.do(master, port.setData(dataOf(1, { path: [portOf(0).clock] }), wire.now));
    wire.run(10);
    const announce = master.actions.findLast((a) => a.type === 'send' && a.message.kind === 'announce');
    expect(announce?.type === 'send' && announce.message.tlvs[0]).to.deep.equal({
      kind: 'path-trace',
      path: [portOf(0).clock, portOf(1).clock],
    });
  });

  it('stops when its neighbour no longer answers, and its receiver elects again', () => {
    const down = { drops: false };
    const master = new SimulatedNode('master', transmitter(PROFILES.gptp));
    const slave = new SimulatedNode('slave', receiver(PROFILES.gptp));
    const wire = new SimulatedNetwork([master, slave], { delayNs: () => 350, drops: () => down.drops });
    wire.run(10);
    expect(slave.states.at(-1)).to.equal('slave');
    down.drops = true;
    wire.run(1);
    expect(slave.last('parent')?.parent).to.equal(undefined);
    wire.run(12);
    expect(master.last('state')?.reason).to.equal('Not asCapable: 10 Pdelay_Req in a row have had no answer.');
  });
});
