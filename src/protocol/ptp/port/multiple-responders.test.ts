import { expect } from 'chai';
import { PROFILES } from '../profile/presets.js';
import type { TimeReceiverPort } from './receiver/receiver-port.js';
import { receiver, transmitter } from './testing/ports.js';
import { SimulatedNetwork, SimulatedNode } from './testing/simulated-network.js';

/** A link with two neighbours, as behind a bridge that wrongly forwards Pdelay_Req. */
function rig(profile: 'gptp' | 'gptp-2011' | '61850-9-3') {
  const gone = { third: false };
  const master = new SimulatedNode('master', transmitter(PROFILES[profile]));
  const third = new SimulatedNode('third', transmitter(PROFILES[profile], 2, { priority1: 200 }));
  const slave = new SimulatedNode('slave', receiver(PROFILES[profile]));
  const wire = new SimulatedNetwork([master, third, slave], {
    delayNs: (from, to) => (from === third || to === third ? 500 : 350),
    drops: (_message, from, to) => gone.third && (from === third || to === third),
  });
  const asked = () => slave.sent('pdelay-req').length;
  const view = () => (slave.machine as TimeReceiverPort).inspect(wire.now);
  return { slave, wire, gone, asked, view };
}

const BOTH =
  '001122.fffe.000001-1 and 001122.fffe.000002-1 answer the same Pdelay_Req: does a bridge on the link forward it?';

describe('a port whose Pdelay_Req several ports answer', () => {
  for (const [profile, requests] of [
    ['gptp', 10],
    ['gptp-2011', 4],
  ] as const) {
    it(`stops requests for five minutes after ${requests} in a row, and reports it (${profile})`, () => {
      const { slave, wire, gone, asked, view } = rig(profile);
      wire.run(299);
      expect(asked()).to.equal(requests);
      expect(view()).to.deep.include({
        state: 'listening',
        reason: `Not asCapable: ${BOTH} After ${requests} in a row none are sent for 300 s.`,
      });
      gone.third = true;
      wire.run(30);
      expect(view().state).to.equal('slave');
      expect(slave.states.at(-1)).to.equal('slave');
    });
  }

  it('is FAULTY for 16 s with a profile of IEEE 1588, and starts again', () => {
    const { slave, wire, gone, asked, view } = rig('61850-9-3');
    wire.run(15);
    expect(asked()).to.equal(4);
    expect(view()).to.deep.include({
      state: 'faulty',
      reason: `Faulty: ${BOTH} After 4 in a row none are sent for 16 s.`,
    });
    const observed = slave.observations.length;
    wire.run(4.5);
    expect(slave.observations).to.have.lengthOf(observed);
    gone.third = true;
    wire.run(20);
    expect(view().state).to.equal('slave');
  });
});
