import { expect } from 'chai';
import type { Reading } from '../../../api/observation.js';
import { SDO_8021AS, SDO_CMLDS } from '../header.js';
import { PROFILES } from '../profile/presets.js';
import type { Profile } from '../profile/profile.js';
import type { TimeReceiverPort } from './receiver/receiver-port.js';
import type { PeerDelayRoles } from './settings.js';
import { receiver, transmitter } from './testing/ports.js';
import { SimulatedNetwork, SimulatedNode } from './testing/simulated-network.js';

const own: Profile = { ...PROFILES.gptp, domain: 5 };
const common: Profile = { ...own, delay: 'common-p2p' };

function rig(masters: Profile, peerDelay: PeerDelayRoles = { asks: true, answers: 'all', answersCommon: true }) {
  const master = new SimulatedNode('master', transmitter(masters, 1, {}, { peerDelay }));
  const slave = new SimulatedNode('slave', receiver(common), 1_000_000);
  const wire = new SimulatedNetwork([master, slave], { delayNs: () => 350 });
  const view = () => (slave.machine as TimeReceiverPort).inspect(wire.now);
  return { master, slave, wire, view };
}

describe('the common mean link delay service', () => {
  for (const [name, masters] of [
    ['that uses it too', common],
    ['that measures for its own domain', own],
  ] as const) {
    it(`gives the delay of a link to a neighbour ${name}`, () => {
      const { slave, master, wire, view } = rig(masters);
      wire.run(20);
      expect(view()).to.deep.include({ state: 'slave', meanDelayNs: 350 });
      expect(slave.observations.find((o): o is Reading => o.kind === 'reading')?.offsetNs).to.equal(-1_000_000);
      const where = ({ header }: { readonly header: { readonly sdoId: number; readonly domain: number } }) =>
        `${header.sdoId}/${header.domain}`;
      const asked = new Set([...slave.sent('pdelay-req')].map(where));
      expect([...asked]).to.deep.equal([`${SDO_CMLDS}/0`]);
      const answered = master.sent('pdelay-resp').concat().map(where);
      expect(new Set(answered)).to.deep.equal(new Set([`${SDO_CMLDS}/0`]));
      expect(new Set(master.sent('pdelay-req').map(where))).to.deep.equal(
        new Set([masters === own ? `${SDO_8021AS}/5` : `${SDO_CMLDS}/0`]),
      );
      expect(master.states.at(-1)).to.equal('master');
    });
  }

  it('is not answered by a port whose interface has another port that answers', () => {
    const { master, wire, view } = rig(own, { asks: true, answers: 'all', answersCommon: false });
    wire.run(20);
    expect(view().reason).to.match(/Pdelay_Req in a row have had no answer\.$/);
    expect(master.sent('pdelay-resp')).to.have.lengthOf(0);
  });

  it('is not answered by a port that measures end to end', () => {
    const port = new SimulatedNode('port', transmitter(PROFILES.default));
    const slave = new SimulatedNode('slave', receiver({ ...common, domain: 0, neighbour: PROFILES.default.neighbour }));
    new SimulatedNetwork([port, slave], { delayNs: () => 350 }).run(10);
    expect(port.sent('pdelay-resp')).to.have.lengthOf(0);
  });
});
