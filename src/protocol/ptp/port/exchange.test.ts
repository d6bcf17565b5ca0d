import { expect } from 'chai';
import type { Leg, Reading } from '../../../api/observation.js';
import { NO_TIME_FLAGS } from '../flags.js';
import { PROFILES } from '../profile/presets.js';
import { portOf } from './testing/messages.js';
import { receiver, transmitter } from './testing/ports.js';
import { SimulatedNetwork, SimulatedNode } from './testing/simulated-network.js';

const legs = (node: SimulatedNode, direction: Leg['direction']): readonly Leg[] =>
  node.observations.filter((o): o is Leg => o.kind === 'leg' && o.direction === direction);
const readings = (node: SimulatedNode): readonly Reading[] =>
  node.observations.filter((o): o is Reading => o.kind === 'reading');

describe('a timeReceiver that follows a timeTransmitter end to end', () => {
  function rig(more: object = {}) {
    const master = new SimulatedNode('master', transmitter(PROFILES.default));
    // Its clock is 1 ms ahead: reference − local is −1 ms.
    const slave = new SimulatedNode('slave', receiver(PROFILES.default), 1_000_000);
    return {
      master,
      slave,
      wire: new SimulatedNetwork([master, slave], { delayNs: (from) => (from === master ? 300 : 500), ...more }),
    };
  }

  it('measures each direction exactly', () => {
    const { slave, wire } = rig();
    wire.run(40);
    const inbound = legs(slave, 'inbound');
    const outbound = legs(slave, 'outbound');
    expect(inbound.length).to.be.above(20);
    expect(outbound.length).to.be.above(20);
    expect(inbound.every(({ transitNs }) => transitNs === 1_000_300)).to.equal(true);
    expect(outbound.every(({ transitNs }) => transitNs === -999_500)).to.equal(true);
    const view = slave.machine as ReturnType<typeof receiver>;
    expect(view.inspect(wire.now)).to.include({ offsetFromMasterNs: 999_900, meanDelayNs: 400 });
  });

  it('goes listening, uncalibrated, slave', () => {
    const { slave, master, wire } = rig();
    wire.run(30);
    expect(slave.states).to.deep.equal(['listening', 'listening', 'uncalibrated', 'slave']);
    expect(slave.last('state')?.reason).to.equal(
      'Follows 001122.fffe.000001-1: no other timeTransmitter is qualified.',
    );
    expect(master.states).to.deep.equal(['listening', 'master']);
    expect(master.last('state')?.reason).to.equal('Grandmaster: no other clock announces itself.');
  });

  it('claims the content of the Announce', () => {
    const { slave, wire } = rig();
    wire.run(30);
    expect(slave.last('claim')?.claims).to.deep.equal({
      ...{ synchronised: true, clockClass: 6, clockAccuracy: 0x21, rootDispersionNs: 100, timeSource: 0x20 },
      ...{ stepsRemoved: 0, intervalNs: 2e9, taiMinusUtc: 37, leap: 'none', reference: '001122.fffe.000001' },
      ...{ address: 'master', traceable: true },
      grandmaster: {
        ...{
          identity: '001122fffe000001',
          priority1: 128,
          priority2: 128,
          timeSource: 0x20,
          stepsRemoved: 0,
          path: [],
        },
        ...{ clockClass: 6, clockAccuracy: 0x21, offsetScaledLogVariance: 0x4e5d },
        ...{ timeTraceable: true, frequencyTraceable: false },
      },
    });
  });

  it('claims no UTC offset that is not marked as valid, and no time that is marked as uncertain', () => {
    const flags = { ...NO_TIME_FLAGS, ptpTimescale: true, synchronizationUncertain: true };
    const master = new SimulatedNode('master', transmitter(PROFILES.default, 1, { flags }));
    const slave = new SimulatedNode('slave', receiver(PROFILES.default));
    new SimulatedNetwork([master, slave], { delayNs: () => 300 }).run(30);
    const all = slave.actions.flatMap((action) => (action.type === 'claim' ? [action.claims] : []));
    expect(all.length).to.be.above(0);
    for (const claims of all) {
      expect(claims).to.include({ synchronised: false, traceable: false });
      expect(claims).not.to.have.any.keys('taiMinusUtc', 'leap');
    }
  });

  it('drops open requests when its clock is stepped', () => {
    const { slave, wire } = rig();
    const port = slave.machine as ReturnType<typeof receiver>;
    wire.run(30);
    const asked = slave.sentKinds.filter((kind) => kind === 'delay-req').length;
    // 1 µs after the request: its answer takes 800 ns and the handling 10 µs.
    while (slave.sentKinds.filter((kind) => kind === 'delay-req').length === asked) {
      wire.run(Math.max(1e-6, Number(slave.machine.wakeAt! - wire.now) / 1e9));
    }
    wire.do(slave, port.clockStepped(wire.now));
    // The timeTransmitter has not changed.
    expect(slave.states.at(-1)).to.equal('slave');
    const before = legs(slave, 'outbound').length;
    wire.run(0.01);
    expect(legs(slave, 'outbound')).to.have.lengthOf(before);
  });

  it('subtracts what transparent clocks add', () => {
    const corrects = (message: { readonly header: object; readonly kind: string }) =>
      message.kind === 'sync' || message.kind === 'delay-req'
        ? { ...message, header: { ...message.header, correction: 200n << 16n } }
        : message;
    const { slave, wire } = rig({ corrects });
    wire.run(30);
    expect(legs(slave, 'inbound').at(-1)?.transitNs).to.equal(1_000_100);
    expect(legs(slave, 'outbound').at(-1)?.transitNs).to.equal(-999_700);
  });

  it('applies latencies and asymmetry', () => {
    const master = new SimulatedNode('master', transmitter(PROFILES.default));
    const latencies = { ingressNs: 40, egressNs: 30, asymmetryNs: 10 };
    const slave = new SimulatedNode('slave', receiver(PROFILES.default, 5, { latencies }));
    new SimulatedNetwork([master, slave], { delayNs: () => 400 }).run(30);
    expect(legs(slave, 'inbound').at(-1)?.transitNs).to.equal(400 - 40 - 10);
    expect(legs(slave, 'outbound').at(-1)?.transitNs).to.equal(400 - 30 + 10);
  });

  it('sends unicast Delay_Req in the hybrid profile, and gets unicast answers', () => {
    const master = new SimulatedNode('master', transmitter(PROFILES.enterprise));
    const slave = new SimulatedNode('slave', receiver(PROFILES.enterprise), 1_000_000);
    const other = new SimulatedNode('other', receiver(PROFILES.enterprise, 6));
    const wire = new SimulatedNetwork([master, slave, other], {
      delayNs: () => 300,
      drops: (message, _from, to) =>
        message.kind === 'delay-resp' && to === slave && message.requesting.clock !== portOf(5).clock,
    });
    wire.run(20);
    expect(legs(slave, 'outbound').at(-1)?.transitNs).to.equal(-999_700);
    const answers = master.actions.filter((a) => a.type === 'send' && a.message.kind === 'delay-resp');
    expect(answers.every((a) => a.type === 'send' && typeof a.to === 'object')).to.equal(true);
  });

  it('a lost transmit stamp costs one exchange and nothing else', () => {
    let count = 0;
    const losesStamp = (message: { readonly kind: string }) =>
      (message.kind === 'delay-req' || message.kind === 'sync') && ++count % 3 === 0;
    const { slave, master, wire } = rig({ losesStamp });
    wire.run(60);
    expect(slave.states.at(-1)).to.equal('slave');
    expect(master.states.at(-1)).to.equal('master');
    const sent = slave.sentKinds.filter((kind) => kind === 'delay-req').length;
    const view = (slave.machine as ReturnType<typeof receiver>).inspect(wire.now);
    expect(view.counters.stampsLost).to.be.above(5);
    expect(legs(slave, 'outbound')).to.have.lengthOf(sent - view.counters.stampsLost!);
    expect(legs(slave, 'outbound').every(({ transitNs }) => transitNs === -999_500)).to.equal(true);
  });

  it('reports missing Syncs while Announces come', () => {
    let mute = false;
    const { slave, wire } = rig({ drops: (message: { readonly kind: string }) => mute && message.kind === 'sync' });
    wire.run(30);
    mute = true;
    wire.run(12);
    expect(slave.last('state')).to.deep.include({ state: 'uncalibrated' });
    expect(slave.last('state')?.reason).to.match(/^No Sync of 001122\.fffe\.000001-1 for \d+(\.\d+)? s\.$/);
    mute = false;
    wire.run(3);
    expect(slave.states.at(-1)).to.equal('slave');
  });

  it('is uncalibrated again when Delay_Req are no longer answered, and states what to check', () => {
    let mute = false;
    const { slave, wire } = rig({
      drops: (message: { readonly kind: string }) => mute && message.kind === 'delay-resp',
    });
    wire.run(30);
    mute = true;
    wire.run(12);
    expect(slave.states.at(-1)).to.equal('slave');
    wire.run(8);
    expect(slave.states.at(-1)).to.equal('uncalibrated');
    expect(slave.last('state')?.reason).to.match(
      /^Hears 001122\.fffe\.000001-1, but \d+ Delay_Req in a row have had no answer: check that UDP ports 319 and 320 are /,
    );
    mute = false;
    wire.run(3);
    expect(slave.states.at(-1)).to.equal('slave');
  });

  for (const [fault, alter] of [
    ['they arrive with a correctionField that is too large', { correction: 0x7fff_ffff_ffff_ffffn }],
    ['they arrive without their Follow_Up', undefined],
  ] as const)
    it(`states why received Syncs are not used: ${fault}`, () => {
      const { slave, wire } = rig({
        drops: (message: { readonly kind: string; readonly header: object }) => {
          if (message.kind !== 'follow-up' || alter === undefined) return message.kind === 'follow-up';
          Object.assign(message.header, alter);
          return false;
        },
      });
      wire.run(40);
      expect(slave.last('state')).to.deep.include({
        state: 'uncalibrated',
        reason: `The Syncs of 001122.fffe.000001-1 cannot be used: ${fault}.`,
      });
      expect(legs(slave, 'inbound')).to.have.lengthOf(0);
    });

  it('listens again, without a parent, when its timeTransmitter stops', () => {
    let mute = false;
    const { slave, wire } = rig({ drops: () => mute });
    wire.run(30);
    mute = true;
    wire.run(8);
    expect(slave.states.at(-1)).to.equal('listening');
    expect(slave.last('parent')?.parent).to.equal(undefined);
    const before = slave.sentKinds.length;
    wire.run(20);
    expect(slave.sentKinds).to.have.lengthOf(before);
  });
});

describe('a timeReceiver that follows over a measured link', () => {
  function rig(profile: 'gptp' | 'default-p2p', delayNs: number, ratePpb = 0, more: object = {}) {
    const master = new SimulatedNode('master', transmitter(PROFILES[profile]));
    const slave = new SimulatedNode('slave', receiver(PROFILES[profile]), 1_000_000, ratePpb);
    return { master, slave, wire: new SimulatedNetwork([master, slave], { delayNs: () => delayNs, ...more }) };
  }

  for (const profile of ['gptp', 'default-p2p'] as const) {
    it(`reads the offset exactly (${profile})`, () => {
      const { slave, master, wire } = rig(profile, 350);
      wire.run(20);
      expect(slave.states.at(-1)).to.equal('slave');
      expect(master.states.at(-1)).to.equal('master');
      expect(readings(slave).length).to.be.above(7);
      expect(readings(slave).every(({ offsetNs }) => offsetNs === -1_000_000)).to.equal(true);
      expect(legs(slave, 'inbound')).to.have.lengthOf(0);
    });
  }

  it('adds the asymmetry to the offset', () => {
    const master = new SimulatedNode('master', transmitter(PROFILES['default-p2p']));
    const latencies = { ingressNs: 0, egressNs: 0, asymmetryNs: 50 };
    const slave = new SimulatedNode('slave', receiver(PROFILES['default-p2p'], 5, { latencies }), 1_000_000);
    new SimulatedNetwork([master, slave], { delayNs: (from) => (from === master ? 400 : 300) }).run(20);
    expect(readings(slave).at(-1)?.offsetNs).to.equal(-1_000_000);
  });

  it('drops what spans a step of its own clock, and keeps delay and rate', () => {
    const { slave, wire } = rig('gptp', 350);
    const port = slave.machine as ReturnType<typeof receiver>;
    wire.run(20);
    wire.do(slave, port.clockStepped(wire.now));
    expect(port.inspect(wire.now)).to.deep.include({ neighbourRatePpb: 0, meanDelayNs: 350 });
    wire.run(5);
    expect(slave.states.at(-1)).to.equal('slave');
  });

  it('measures the rate of the grandmaster through the neighbour', () => {
    const { slave, wire } = rig('gptp', 350, 20_000);
    wire.run(30);
    const rates = slave.observations.filter((o) => o.kind === 'rate');
    expect(rates).to.have.lengthOf(3);
    expect(rates[0]?.frequencyPpb).to.be.closeTo(-20_000, 1);
    expect(rates[0]?.noisePpb).to.be.closeTo((Math.SQRT2 * 8) / 7, 0.01);
  });

  it('saves the delay once, and again only when it has changed by 100 ns', () => {
    let delayNs = 350;
    const { slave, wire } = rig('gptp', 0, 0, { delayNs: () => delayNs });
    wire.run(20);
    const saved = () => slave.actions.filter((action) => action.type === 'save-link');
    expect(saved()).to.deep.equal([{ type: 'save-link', link: { neighbour: portOf(1), delayNs: 350, ratePpb: 0 } }]);
    delayNs = 440;
    wire.run(20);
    expect(saved()).to.have.lengthOf(1);
    delayNs = 460;
    wire.run(20);
    expect(saved()).to.have.lengthOf(2);
  });

  it('keeps the delay for several intervals after the last answer of the neighbour', () => {
    let mute = false;
    const { slave, wire } = rig('default-p2p', 350, 0, {
      drops: (message: { readonly kind: string }) => mute && message.kind.startsWith('pdelay-resp'),
    });
    wire.run(20);
    mute = true;
    wire.run(7);
    expect(slave.states.at(-1)).to.equal('slave');
    wire.run(5);
    expect(slave.last('state')).to.deep.include({
      state: 'uncalibrated',
      reason: 'Hears 001122.fffe.000001-1, but 9 Pdelay_Req in a row have had no answer.',
    });
    const before = readings(slave).length;
    wire.run(10);
    expect(readings(slave)).to.have.lengthOf(before);
    mute = false;
    wire.run(3);
    expect(slave.states.at(-1)).to.equal('slave');
  });

  it('does not use the delay of an earlier run outside of the automotive profile', () => {
    const master = new SimulatedNode('master', transmitter(PROFILES['default-p2p']));
    const savedLink = { neighbour: portOf(1), delayNs: 350, ratePpb: 0 };
    const slave = new SimulatedNode('slave', receiver(PROFILES['default-p2p'], 5, { savedLink }), 1_000_000);
    const drops = ({ kind }: { readonly kind: string }) => kind.startsWith('pdelay-resp');
    new SimulatedNetwork([master, slave], { delayNs: () => 350, drops }).run(20);
    expect(slave.states.at(-1)).to.equal('uncalibrated');
    expect(slave.observations).to.have.lengthOf(0);
  });

  it('is not asCapable over a long link, and neither side takes part; the reason states the delay', () => {
    const { slave, master, wire } = rig('gptp', 1240);
    wire.run(20);
    expect(slave.last('state')).to.deep.equal({
      ...{ type: 'state', state: 'listening' },
      reason:
        'Not asCapable: neighbour delay 1,240 ns is above the threshold of 800 ns: is there a converter or a tap?',
    });
    expect(master.sentKinds).not.to.include('sync');
    expect(slave.observations).to.have.lengthOf(0);
  });
});
