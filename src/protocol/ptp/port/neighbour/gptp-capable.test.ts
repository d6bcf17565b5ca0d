import { expect } from 'chai';
import { INTERVAL_INITIAL, INTERVAL_STOP, INTERVAL_UNCHANGED } from '../../interval.js';
import { PROFILES } from '../../profile/presets.js';
import type { Profile } from '../../profile/profile.js';
import type { TimeReceiverPort } from '../receiver/receiver-port.js';
import { headerOf, portOf } from '../testing/messages.js';
import { receiver, transmitter } from '../testing/ports.js';
import { SimulatedNetwork, SimulatedNode } from '../testing/simulated-network.js';

const inDomain = (domain: number): Profile => ({ ...PROFILES.gptp, domain });

function rig(profile: Profile, masters: Profile = profile) {
  const mute = { signaling: false };
  const master = new SimulatedNode('master', transmitter(masters));
  const slave = new SimulatedNode('slave', receiver(profile));
  const wire = new SimulatedNetwork([master, slave], {
    delayNs: () => 350,
    drops: (message) => mute.signaling && message.kind === 'signaling',
  });
  const view = () => (slave.machine as TimeReceiverPort).inspect(wire.now);
  return { master, slave, wire, mute, view };
}

describe('gPTP-capable Signaling', () => {
  it('is sent every second, with its interval', () => {
    const { slave, wire } = rig(inDomain(0));
    wire.run(9.5);
    const sent = slave.sent('signaling');
    expect(sent).to.have.lengthOf(10);
    expect(sent.every(({ tlvs }) => tlvs.length === 1)).to.equal(true);
    expect(sent[0]?.tlvs[0]).to.deep.equal({ kind: 'gptp-capable', logInterval: 0, flags: 0 });
  });

  it('makes a neighbour capable in domains other than 0, until nine intervals without it', () => {
    const { slave, master, wire, mute, view } = rig(inDomain(5));
    wire.run(10);
    expect(view().state).to.equal('slave');
    mute.signaling = true;
    wire.run(7);
    expect(view().state).to.equal('slave');
    wire.run(3);
    expect(slave.last('state')).to.deep.include({
      state: 'listening',
      reason: 'Not asCapable: the neighbour does not signal that it is gPTP-capable in domain 5.',
    });
    expect(master.states.at(-1)).to.equal('listening');
    mute.signaling = false;
    wire.run(3);
    expect(view().state).to.equal('slave');
  });

  it('is not required in domain 0', () => {
    const { master, wire, view } = rig(inDomain(0), PROFILES['gptp-2011']);
    wire.run(12);
    expect(view().state).to.equal('slave');
    expect(master.sent('signaling')).to.have.lengthOf(0);
  });

  it('is ignored if it is addressed to another port, or is our own', () => {
    const { slave, wire, mute, view } = rig(inDomain(5));
    mute.signaling = true;
    for (const [source, target] of [
      [portOf(1), portOf(8)],
      [portOf(5, 2), portOf(5)],
    ] as const) {
      const header = { ...headerOf(source, 1), sdoId: 0x100, domain: 5 };
      const tlvs = [{ kind: 'gptp-capable', logInterval: 6, flags: 0 }] as const;
      const message = { kind: 'signaling', header, target, tlvs } as const;
      wire.do(slave, (slave.machine as TimeReceiverPort).receive({ message, from: 'x' }, wire.now));
    }
    wire.run(10);
    expect(view().reason).to.contain('does not signal that it is gPTP-capable');
  });

  it('is sent at the interval that the neighbour requests', () => {
    const { slave, wire } = rig(inDomain(0));
    const ask = (logInterval: number) => {
      const header = { ...headerOf(portOf(1), 1), sdoId: 0x100 };
      const tlvs = [{ kind: 'gptp-capable-interval-request', logInterval }] as const;
      const message = { kind: 'signaling', header, target: portOf(5), tlvs } as const;
      wire.do(slave, (slave.machine as TimeReceiverPort).receive({ message, from: 'master' }, wire.now));
    };
    const sentIn = (seconds: number) => {
      const before = slave.sent('signaling').length;
      wire.run(seconds);
      return slave.sent('signaling').length - before;
    };
    wire.run(5.5);
    ask(-2);
    expect(sentIn(4)).to.be.within(16, 17);
    expect(slave.sent('signaling').at(-1)?.tlvs[0]).to.deep.include({ logInterval: -2 });
    ask(INTERVAL_STOP);
    expect(sentIn(10)).to.equal(0);
    ask(INTERVAL_UNCHANGED);
    expect(sentIn(10)).to.equal(0);
    ask(INTERVAL_INITIAL);
    expect(sentIn(4)).to.be.within(4, 5);
  });
});
