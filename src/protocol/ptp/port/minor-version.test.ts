import { expect } from 'chai';
import { isEvent, type Message } from '../message.js';
import { PROFILES } from '../profile/presets.js';
import type { TimeReceiverPort } from './receiver/receiver-port.js';
import { receiver, transmitter } from './testing/ports.js';
import { SimulatedNetwork, SimulatedNode, type SimulatedPath } from './testing/simulated-network.js';
import type { TimeTransmitterPort } from './transmitter/transmitter-port.js';

const isNew = (message: Message): boolean => isEvent(message.kind) && message.header.minorVersion === 1;

function rig(
  profile: 'default' | 'gptp',
  link: Partial<SimulatedPath>,
  masters: 'auto' | 0 | 1 = 'auto',
  own: 'auto' | 0 | 1 = 'auto',
) {
  const master = new SimulatedNode('master', transmitter(PROFILES[profile], 1, {}, { minorVersion: masters }));
  const slave = new SimulatedNode('slave', receiver(PROFILES[profile], 5, { minorVersion: own }), 1_000_000);
  const wire = new SimulatedNetwork([master, slave], { delayNs: () => 350, ...link });
  return {
    ...{ master, slave, wire },
    view: () => (slave.machine as TimeReceiverPort).inspect(wire.now),
    masterView: () => (master.machine as TimeTransmitterPort).inspect(),
  };
}

describe('the minor version of a port', () => {
  it('is 1 between peers that send it', () => {
    const { slave, master, wire, view } = rig('default', {});
    wire.run(40);
    expect(view().version).to.deep.equal({ minorVersion: 1, reason: 'the default' });
    expect([...slave.sent('delay-req'), ...master.sent('sync')].every(isNew)).to.equal(true);
  });

  for (const [profile, asked] of [
    ['default', 'Delay_Req'],
    ['gptp', 'Pdelay_Req'],
  ] as const) {
    it(`falls back to 0 where ${asked} of 1 are lost, and the other side follows`, () => {
      const drops: SimulatedPath['drops'] = (message, from) => from.address === 'slave' && isNew(message);
      const { slave, wire, view, masterView } = rig(profile, { drops });
      wire.run(40);
      expect(view().state).to.equal('slave');
      expect(view().version).to.deep.equal({ minorVersion: 0, reason: `4 ${asked} of 2.1 have had no answer` });
      expect(masterView().version).to.deep.equal({ minorVersion: 0, reason: '001122.fffe.000005-1 sends it' });
      expect(slave.observations.at(-1)).to.deep.include(
        profile === 'gptp' ? { offsetNs: -1_000_000 } : { transitNs: 1_000_350 },
      );
    });
  }

  it('falls back to 0 where messages of 1 get no transmit stamp', () => {
    const losesStamp: SimulatedPath['losesStamp'] = (message, from) => from.address === 'master' && isNew(message);
    const { wire, view, masterView } = rig('default', { losesStamp });
    wire.run(30);
    expect(masterView().version).to.deep.equal({
      minorVersion: 0,
      reason: '4 event messages of 2.1 have had no transmit stamp',
    });
    expect(view().state).to.equal('slave');
  });

  it('is 0 for a timeTransmitter that sends 0, and 1 again on another link', () => {
    const { slave, master, wire, view } = rig('default', {}, 0);
    wire.run(30);
    expect(view().version).to.deep.equal({ minorVersion: 0, reason: '001122.fffe.000001-1 sends it' });
    expect(slave.sent('delay-req').at(-1)?.header.minorVersion).to.equal(0);
    const port = slave.machine as TimeReceiverPort;
    expect(master.states.at(-1)).to.equal('master');
    wire.do(slave, port.linkDown(wire.now));
    wire.do(slave, port.linkUp(wire.now));
    expect(view().version.minorVersion).to.equal(1);
  });

  it('is fixed if configured', () => {
    const { slave, wire, view } = rig(
      'default',
      { drops: (message, from) => from.address === 'slave' && isNew(message) },
      'auto',
      1,
    );
    wire.run(60);
    expect(view().version).to.deep.equal({ minorVersion: 1, reason: 'by configuration' });
    expect(view().state).to.equal('uncalibrated');
    expect(slave.sent('delay-req').every(isNew)).to.equal(true);
  });

  it('alternates while neither is answered, but not if no peer is heard', () => {
    const deaf = rig('default', { drops: ({ kind }) => kind === 'delay-req' });
    deaf.wire.run(90);
    const versions = deaf.slave.sent('delay-req').map(({ header }) => header.minorVersion);
    const changes = versions.filter((version, n) => n > 0 && version !== versions[n - 1]);
    expect(changes.slice(0, 3)).to.deep.equal([0, 1, 0]);
    const lone = new SimulatedNode('lone', receiver(PROFILES.gptp));
    const wire = new SimulatedNetwork([lone], { delayNs: () => 0 });
    wire.run(60);
    expect(lone.sent('pdelay-req').every(isNew)).to.equal(true);
  });
});
