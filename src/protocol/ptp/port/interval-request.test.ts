import { expect } from 'chai';
import { INTERVAL_INITIAL, INTERVAL_STOP, INTERVAL_UNCHANGED } from '../interval.js';
import { PROFILES } from '../profile/presets.js';
import type { IntervalRequest } from './interval-request.js';
import type { TimeReceiverPort } from './receiver/receiver-port.js';
import type { ReceiverSettings } from './settings.js';
import { headerOf, portOf } from './testing/messages.js';
import { receiver, transmitter } from './testing/ports.js';
import { SimulatedNetwork, SimulatedNode } from './testing/simulated-network.js';

const KEEP: IntervalRequest = {
  kind: 'message-interval-request',
  ...{ linkDelay: INTERVAL_UNCHANGED, timeSync: INTERVAL_UNCHANGED, announce: INTERVAL_UNCHANGED },
  flags: { computeNeighborRateRatio: true, computeMeanLinkDelay: true, oneStepReceiveCapable: true },
};

function rig(more: Partial<ReceiverSettings> = {}) {
  const link = { delayNs: 350 };
  const master = new SimulatedNode('master', transmitter(PROFILES.gptp));
  const slave = new SimulatedNode('slave', receiver(PROFILES.gptp, 5, more));
  const wire = new SimulatedNetwork([master, slave], { delayNs: () => link.delayNs });
  /** `of`: the node that receives the request. */
  const ask = (of: SimulatedNode, request: Partial<IntervalRequest>) => {
    const header = { ...headerOf(of === master ? portOf(5) : portOf(1), 1), sdoId: 0x100 };
    const target = of === master ? portOf(1) : portOf(5);
    const message = { kind: 'signaling', header, target, tlvs: [{ ...KEEP, ...request }] } as const;
    wire.do(of, (of.machine as TimeReceiverPort).receive({ message, from: 'x' }, wire.now));
  };
  const sentIn = (node: SimulatedNode, kind: 'pdelay-req' | 'sync' | 'announce', seconds: number) => {
    const before = node.sent(kind).length;
    wire.run(seconds);
    return node.sent(kind).length - before;
  };
  const view = () => (slave.machine as TimeReceiverPort).inspect(wire.now);
  return { master, slave, wire, link, ask, sentIn, view };
}

describe('a message interval request', () => {
  for (const role of ['master', 'slave'] as const) {
    it(`sets the interval of Pdelay_Req of a ${role}: faster, none, still none, initial`, () => {
      const { [role]: node, wire, ask, sentIn } = rig();
      wire.run(10.5);
      ask(node, { linkDelay: -2 });
      expect(sentIn(node, 'pdelay-req', 4)).to.equal(16);
      ask(node, { linkDelay: INTERVAL_STOP });
      expect(sentIn(node, 'pdelay-req', 20)).to.equal(0);
      ask(node, {});
      expect(sentIn(node, 'pdelay-req', 20)).to.equal(0);
      ask(node, { linkDelay: INTERVAL_INITIAL });
      expect(sentIn(node, 'pdelay-req', 4)).to.equal(4);
    });
  }

  it('sets the interval of Announces, and of nothing else', () => {
    const { master, wire, ask, sentIn } = rig();
    wire.run(10.5);
    ask(master, { announce: -2 });
    expect(sentIn(master, 'announce', 4)).to.equal(16);
    expect(sentIn(master, 'sync', 4)).to.equal(32);
    ask(master, { announce: INTERVAL_STOP });
    expect(sentIn(master, 'announce', 10)).to.equal(0);
    ask(master, { announce: INTERVAL_INITIAL });
    expect(sentIn(master, 'announce', 4)).to.be.within(4, 5);
  });

  it('has no effect if it is addressed to another port', () => {
    const { master, wire, slave, sentIn } = rig();
    wire.run(10.5);
    const header = { ...headerOf(portOf(9), 1), sdoId: 0x100 };
    const message = { kind: 'signaling', header, target: portOf(8), tlvs: [{ ...KEEP, linkDelay: -3 }] } as const;
    wire.do(slave, (slave.machine as TimeReceiverPort).receive({ message, from: 'x' }, wire.now));
    expect(sentIn(slave, 'pdelay-req', 4)).to.equal(4);
    expect(master.states.at(-1)).to.equal('master');
  });

  it('can stop the computation of delay or rate, once they are known', () => {
    const { slave, wire, link, ask, view } = rig();
    const without = (flags: Partial<IntervalRequest['flags']>) => ask(slave, { flags: { ...KEEP.flags, ...flags } });
    without({ computeMeanLinkDelay: false, computeNeighborRateRatio: false });
    wire.run(20);
    expect(view()).to.deep.include({ meanDelayNs: 350, state: 'slave' });
    link.delayNs = 500;
    wire.run(20);
    expect(view().meanDelayNs).to.equal(350);
    without({ computeNeighborRateRatio: false });
    const rates = () => slave.observations.filter(({ kind }) => kind === 'rate').length;
    const before = rates();
    wire.run(20);
    expect(view().meanDelayNs).to.equal(500);
    expect(rates()).to.equal(before);
    without({});
    wire.run(20);
    expect(rates()).to.equal(before + 2);
  });

  it('is sent to each new timeTransmitter with the configured intervals', () => {
    const { slave, master, wire, sentIn, view } = rig({ requestedIntervals: { sync: 0, announce: -1, delay: -1 } });
    wire.run(10.5);
    const requests = () =>
      slave.sent('signaling').flatMap(({ tlvs }) => tlvs.filter(({ kind }) => kind === 'message-interval-request'));
    expect(requests()).to.deep.equal([{ ...KEEP, linkDelay: -1, timeSync: 0, announce: -1 }]);
    expect(sentIn(master, 'sync', 10)).to.equal(10);
    expect(sentIn(master, 'announce', 10)).to.equal(20);
    expect(sentIn(master, 'pdelay-req', 10)).to.equal(20);
    expect(view().state).to.equal('slave');
    expect(slave.states.filter((state) => state === 'uncalibrated')).to.have.lengthOf(1);
  });
});
