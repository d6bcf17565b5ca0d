import { expect } from 'chai';
import { PROFILES } from '../profile/presets.js';
import type { TimeReceiverPort } from './receiver/receiver-port.js';
import { announceOf, portOf } from './testing/messages.js';
import { dataOf, receiver, transmitter } from './testing/ports.js';
import { SimulatedNetwork, SimulatedNode } from './testing/simulated-network.js';
import type { TimeTransmitterPort } from './transmitter/transmitter-port.js';

const stateOf = (node: SimulatedNode): string => (node.machine as TimeTransmitterPort).state;
const better = { quality: { clockClass: 6, accuracy: 0x20, variance: 0x4e5d } };

describe('the election', () => {
  function rig(profile: 'default' | 'gptp' = 'default') {
    const down = new Set<SimulatedNode>();
    const a = new SimulatedNode('a', transmitter(PROFILES[profile], 2));
    const b = new SimulatedNode('b', transmitter(PROFILES[profile], 1, better));
    const slave = new SimulatedNode('slave', receiver(PROFILES[profile], 5));
    const wire = new SimulatedNetwork([a, b, slave], {
      delayNs: () => 300,
      drops: (message, from, to) =>
        down.has(from) || down.has(to) || (profile === 'gptp' && message.kind.startsWith('pdelay')),
    });
    return { a, b, slave, down, wire };
  }

  it('is won by the better of two grandmasters; the other is PASSIVE, with the reason', () => {
    const { a, b, slave, wire } = rig();
    wire.run(40);
    expect([stateOf(a), stateOf(b)]).to.deep.equal(['passive', 'master']);
    expect(a.last('state')?.reason).to.equal(
      'Yields to 001122.fffe.000001-1: clockAccuracy 0x20 against 0x21 of 001122.fffe.000002-1.',
    );
    expect((slave.machine as TimeReceiverPort).inspect(wire.now).reason).to.equal(
      'Follows 001122.fffe.000001-1: no other timeTransmitter is qualified.',
    );
    const before = a.sentKinds.length;
    wire.run(20);
    expect(a.sentKinds).to.have.lengthOf(before);
  });

  it('is won by the other when the best stops, until it returns', () => {
    const { a, b, slave, down, wire } = rig();
    wire.run(40);
    down.add(b);
    wire.run(20);
    expect(stateOf(a)).to.equal('master');
    expect(slave.last('parent')?.parent?.dataSet.sender).to.deep.equal(portOf(2));
    down.delete(b);
    wire.run(30);
    expect([stateOf(a), stateOf(b)]).to.deep.equal(['passive', 'master']);
    expect(slave.last('parent')?.parent?.dataSet.sender).to.deep.equal(portOf(1));
    expect(slave.states.at(-1)).to.equal('slave');
  });

  it('follows what the clocks announce: a grandmaster that loses its source yields', () => {
    const { a, b, wire } = rig();
    wire.run(40);
    const lost = dataOf(1, { quality: { clockClass: 52, accuracy: 0xfe, variance: 0xffff } });
    wire.do(b, (b.machine as TimeTransmitterPort).setData(lost, wire.now));
    wire.run(20);
    expect([stateOf(a), stateOf(b)]).to.deep.equal(['master', 'passive']);
  });

  it('a timeReceiver states what decided between two', () => {
    const lists = { roles: 'static' } as const;
    const [a, b] = [
      transmitter({ ...PROFILES.default, ...lists }, 2),
      transmitter({ ...PROFILES.default, ...lists }, 1, better),
    ];
    const slave = new SimulatedNode('slave', receiver(PROFILES.default, 5));
    const wire = new SimulatedNetwork([new SimulatedNode('a', a), new SimulatedNode('b', b), slave], {
      delayNs: () => 300,
    });
    wire.run(30);
    expect((slave.machine as TimeReceiverPort).inspect(wire.now).reason).to.equal(
      'Follows 001122.fffe.000001-1: clockAccuracy 0x20 against 0x21 of 001122.fffe.000002-1.',
    );
    expect(slave.observations.length).to.be.above(30);
  });

  it('nothing is sent without data to announce', () => {
    const port = transmitter(PROFILES.default);
    port.setData(undefined, 0n);
    const node = new SimulatedNode('a', port);
    new SimulatedNetwork([node], { delayNs: () => 0 }).run(30);
    expect(node.sentKinds).to.have.lengthOf(0);
    expect(node.last('state')?.reason).to.equal('Has no time to send yet.');
  });
});

describe('a fixed role (external port configuration)', () => {
  const fixed = { ...PROFILES.default, roles: 'static' } as const;

  it('is not lost to a flood of forged better Announces, and memory does not grow', () => {
    const port = transmitter(fixed);
    const node = new SimulatedNode('a', port);
    const wire = new SimulatedNetwork([node], { delayNs: () => 0 });
    for (let n = 0; n < 10_000; n++) {
      const forged = announceOf(portOf(0x10000 + (n % 5000)), { priority1: 0 });
      wire.do(node, port.receive({ message: forged, from: 'evil' }, wire.now));
    }
    wire.run(1);
    expect(port.state).to.equal('master');
    expect(port.inspect().known).to.have.lengthOf(0);
    expect(node.states).to.deep.equal(['master']);
  });

  it('a timeReceiver with a list of acceptable ports follows only those in a flood', () => {
    const port = receiver(PROFILES.default, 5, { acceptable: (sender) => sender.clock === portOf(1).clock });
    const master = new SimulatedNode('master', transmitter(PROFILES.default));
    const slave = new SimulatedNode('slave', port);
    const wire = new SimulatedNetwork([master, slave], { delayNs: () => 300 });
    wire.run(20);
    for (let n = 0; n < 10_000; n++) {
      const forged = announceOf(portOf(0x10000 + (n % 3000)), { priority1: 0 });
      wire.do(slave, port.receive({ message: forged, from: 'evil' }, wire.now));
    }
    expect(port.inspect(wire.now).parent?.dataSet.sender).to.deep.equal(portOf(1));
    expect(port.inspect(wire.now).known).to.have.lengthOf(1);
    expect(port.inspect(wire.now).unused.unacceptable).to.equal(10_000);
  });
});
