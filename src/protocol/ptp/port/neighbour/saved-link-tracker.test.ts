import { expect } from 'chai';
import { PROFILES } from '../../profile/presets.js';
import type { SavedLink } from '../action.js';
import type { TimeReceiverPort } from '../receiver/receiver-port.js';
import { portOf } from '../testing/messages.js';
import { receiver, transmitter } from '../testing/ports.js';
import { SimulatedNetwork, SimulatedNode } from '../testing/simulated-network.js';

function rig(savedLink: SavedLink | undefined, delayNs: () => number = () => 350) {
  const master = new SimulatedNode('master', transmitter(PROFILES['automotive-transmitter']));
  const slave = new SimulatedNode('slave', receiver(PROFILES['automotive-receiver'], 5, { savedLink }), 0, -20_000);
  const wire = new SimulatedNetwork([master, slave], { delayNs });
  const view = () => (slave.machine as TimeReceiverPort).inspect(wire.now);
  const saved = () => slave.actions.flatMap((action) => (action.type === 'save-link' ? [action.link] : []));
  return { wire, slave, view, saved };
}

describe('the saved values of a link', () => {
  it('are used until three exchanges have measured the link', () => {
    const { wire, view } = rig({ neighbour: portOf(1), delayNs: 5000, ratePpb: 21_000 });
    wire.run(0.5);
    expect(view().link).to.deep.include({ delayNs: 5000, origin: 'remembered' });
    expect(view().neighbourRatePpb).to.equal(21_000);
    wire.run(3);
    expect(view().link?.origin).to.equal('measured');
    expect(view().meanDelayNs).to.be.closeTo(350, 1);
    expect(view().neighbourRatePpb).to.be.closeTo(20_000, 1);
  });

  it('are not used with another neighbour', () => {
    const { wire, view, saved } = rig({ neighbour: portOf(9), delayNs: 5000, ratePpb: 21_000 });
    expect(view().link?.delayNs).to.equal(5000);
    wire.run(0.5);
    expect(view().link?.origin).to.equal('measured');
    expect(view().meanDelayNs).to.be.closeTo(350, 1);
    expect(view().neighbourRatePpb).to.equal(undefined);
    wire.run(5);
    expect(saved()[0]?.neighbour).to.deep.equal(portOf(1));
  });

  it('are saved again for another rate, too', () => {
    const { wire, saved } = rig({ neighbour: portOf(1), delayNs: 350, ratePpb: 0 });
    wire.run(20);
    expect(saved()).to.have.lengthOf(1);
    expect(saved()[0]!.ratePpb).to.be.closeTo(20_000, 1);
  });

  it('make no rate observation, not even after a step has dropped the measured rate', () => {
    const { wire, slave } = rig({ neighbour: portOf(1), delayNs: 350, ratePpb: 20_000 });
    wire.run(0.5);
    for (let step = 0; step < 120; step++) {
      wire.do(slave, (slave.machine as TimeReceiverPort).clockStepped(wire.now));
      wire.run(0.5);
    }
    const rates = slave.observations.filter((observation) => observation.kind === 'rate');
    expect(rates.filter(({ noisePpb }) => !Number.isFinite(noisePpb))).to.deep.equal([]);
  });

  it('are not saved again for a change within the noise', () => {
    let turn = 0;
    const { wire, saved } = rig(undefined, () => 1000 + ((turn++ * 7919) % 1800));
    wire.run(300);
    expect(saved().length).to.be.within(1, 3);
  });
});
