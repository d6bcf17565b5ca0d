import { expect } from 'chai';
import { PROFILES } from '../../profile/presets.js';
import { portOf } from '../testing/messages.js';
import { dataOf, transmitter } from '../testing/ports.js';
import { SimulatedNetwork, SimulatedNode } from '../testing/simulated-network.js';
import type { TimeTransmitterPort } from './transmitter-port.js';

const upstream = { grandmaster: portOf(9).clock, stepsRemoved: 2 };

/** A port after its announce receipt timeout without Announces, and the time of its first Sync. */
function rig(profile: 'default' | 'gptp', data: object) {
  const node = new SimulatedNode(
    'a',
    transmitter(PROFILES[profile], 1, data, { peerDelay: { asks: true, answers: 'all', answersCommon: true } }),
  );
  const wire = new SimulatedNetwork(
    [node, new SimulatedNode('b', transmitter(PROFILES[profile], 2, { priority1: 255 }))],
    {
      delayNs: () => 300,
    },
  );
  return { node, wire, port: node.machine as TimeTransmitterPort };
}

describe('the qualification of a port that passes time on (M3)', () => {
  it('takes steps removed and one announce intervals in PRE_MASTER, where nothing is sent', () => {
    const { node, wire, port } = rig('default', upstream);
    // Announce receipt timeout: 3.5 intervals of 2 s. Qualification: three more.
    wire.run(6.9);
    expect(port.state).to.equal('listening');
    wire.run(0.2);
    expect(port.state).to.equal('pre-master');
    expect(port.inspect().reason).to.match(
      /^Waits for the Announces of better clocks\. Passes on the time of 001122\.fffe\.000009/,
    );
    wire.run(5.8);
    expect(port.state).to.equal('pre-master');
    expect(node.sentKinds).to.have.lengthOf(0);
    wire.run(0.2);
    expect(port.state).to.equal('master');
    expect(node.sentKinds).to.include('sync');
  });

  it('does not exist for a grandmaster, for a port in MASTER state, and in gPTP', () => {
    const own = rig('default', {});
    own.wire.run(7.1);
    expect(own.port.state).to.equal('master');
    own.wire.do(own.node, own.port.setData(dataOf(1, upstream), own.wire.now));
    own.wire.run(1);
    expect(own.node.states).to.deep.equal(['listening', 'master', 'master']);
    const gptp = rig('gptp', upstream);
    gptp.wire.run(10);
    expect(gptp.node.states).to.include('master').and.not.to.include('pre-master');
  });

  it('ends when another port passes the same time on by a shorter path', () => {
    const { node, wire, port } = rig('default', upstream);
    const other = new SimulatedNode('c', transmitter(PROFILES.default, 3, { ...upstream, stepsRemoved: 0 }));
    wire.run(7.5);
    expect(port.state).to.equal('pre-master');
    const [first, second] = [0, 1].map(() => announceFrom(other));
    for (const message of [first!, second!, second!]) wire.do(node, port.receive({ message, from: 'c' }, wire.now));
    expect(port.state).to.equal('passive');
    expect(node.last('state')?.reason).to.equal(
      'Yields to 001122.fffe.000003-1: it already passes on the time of 001122.fffe.000009.',
    );
  });
});

function announceFrom(node: SimulatedNode) {
  new SimulatedNetwork([node], { delayNs: () => 0 }).run(12);
  return node.sent('announce').at(-1)!;
}
