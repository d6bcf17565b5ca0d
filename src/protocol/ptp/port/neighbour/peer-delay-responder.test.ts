import { expect } from 'chai';
import { NO_FLAGS } from '../../flags.js';
import { NO_INTERVAL } from '../../interval.js';
import type { PdelayReq } from '../../message.js';
import { PROFILES } from '../../profile/presets.js';
import type { PortAction } from '../action.js';
import { headerOf } from '../envelope.js';
import { envelopeOf, type PeerDelayRoles } from '../settings.js';
import { portOf, stampOf } from '../testing/messages.js';
import { receiver, settingsOf } from '../testing/ports.js';

const GPTP = PROFILES.gptp;

/** A neighbour's request, to the group or to this port alone. */
function requestOf(way: 'group' | 'unicast', sequenceId: number, profile = GPTP): PdelayReq {
  const envelope = envelopeOf(settingsOf(profile, portOf(9)));
  const flags = { ...NO_FLAGS, unicast: way === 'unicast' };
  const header = headerOf(envelope, sequenceId, { flags, logInterval: NO_INTERVAL });
  return { kind: 'pdelay-req', header, origin: 0n, tlvs: [] };
}

const answersOf = (actions: readonly PortAction[]) =>
  actions.flatMap((action) =>
    action.type === 'send' && action.message.kind.startsWith('pdelay-resp') ? [action] : [],
  );

function portWith(answers: PeerDelayRoles['answers'], profile = GPTP) {
  const port = receiver(profile, 5, { peerDelay: { asks: false, answers, answersCommon: false } });
  port.linkUp(0n);
  const take = (message: PdelayReq) =>
    answersOf(port.receive({ message, from: 'neighbour', stamp: stampOf(100n) }, 0n));
  return { port, take };
}

describe('a request for the peer delay', () => {
  for (const [answers, group, unicast] of [
    ['all', 1, 1],
    ['unicast', 0, 1],
    ['none', 0, 0],
  ] as const) {
    it(`is answered by the setting: ${answers}`, () => {
      const { take } = portWith(answers);
      expect(take(requestOf('group', 1))).to.have.lengthOf(group);
      expect(take(requestOf('unicast', 2))).to.have.lengthOf(unicast);
    });
  }

  it('is not answered by an end-to-end port', () => {
    const { take } = portWith('all', PROFILES.default);
    expect(take(requestOf('group', 1, PROFILES.default))).to.have.lengthOf(0);
  });

  it('gets a Follow_Up after the transmit stamp; the oldest of too many waiting ones is dropped', () => {
    const { port, take } = portWith('all');
    const tokens = Array.from({ length: 9 }, (_, n) => take(requestOf('group', n))[0]!.token);
    const followed = tokens.map((token) => answersOf(port.sent(token, stampOf(200n), 0n)).length);
    expect(followed).to.deep.equal([0, 1, 1, 1, 1, 1, 1, 1, 1]);
    expect(port.inspect(0n).counters.stampsLost).to.equal(1);
  });

  it('gets its correctionField back (IEEE 1588-2019 §11.4.2)', () => {
    const { port, take } = portWith('all');
    const request = requestOf('group', 1);
    const [first] = take({ ...request, header: { ...request.header, correction: 400n << 16n } });
    const [second] = answersOf(port.sent(first!.token, stampOf(200n), 0n));
    expect([first, second].map((answer) => answer!.message.header.correction)).to.deep.equal([0n, 400n << 16n]);
  });
});
