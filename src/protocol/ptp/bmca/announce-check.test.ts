import { expect } from 'chai';
import type { PortIdentity } from '../identity.js';
import { announceOf, flagsOf, portOf } from '../port/testing/messages.js';
import { refusalOf } from './announce-check.js';

const own = portOf(5);
const check = { own, maxStepsRemoved: 255 };

describe('an Announce is ignored', () => {
  const cases = {
    own: announceOf({ ...own, port: 2 }),
    'too-far': announceOf(portOf(1), { stepsRemoved: 255 }),
    alternate: announceOf(portOf(1), {}, { flags: flagsOf({ alternateMaster: true }) }),
    loop: announceOf(portOf(1), { tlvs: [{ kind: 'path-trace', path: [portOf(0).clock, own.clock] }] }),
  };
  for (const [refusal, announce] of Object.entries(cases)) {
    it(`${refusal}`, () => expect(refusalOf(announce, 'a', check)).to.equal(refusal));
  }

  it('when it names another clock identity of this hub, or comes from it', () => {
    const isOwn = (clock: string) => clock === portOf(6).clock;
    const verdict = (announce: Parameters<typeof refusalOf>[0]) => refusalOf(announce, 'a', { ...check, isOwn });
    expect(verdict(announceOf(portOf(6)))).to.equal('own');
    expect(verdict(announceOf(portOf(1), { grandmaster: portOf(6).clock }))).to.equal('loop');
    const path = [portOf(6).clock, portOf(1).clock];
    expect(verdict(announceOf(portOf(1), { tlvs: [{ kind: 'path-trace', path }] }))).to.equal('loop');
    expect(verdict(announceOf(portOf(1)))).to.equal(undefined);
  });

  it('when its sender is not in the list of acceptable ones', () => {
    const acceptable = ({ port }: PortIdentity, from: string) => port === 1 && from === 'a';
    const verdict = (port: number, from: string) =>
      refusalOf(announceOf(portOf(1, port)), from, { ...check, acceptable });
    const verdicts = [verdict(1, 'a'), verdict(2, 'a'), verdict(1, 'b')];
    expect(verdicts).to.deep.equal([undefined, 'unacceptable', 'unacceptable']);
  });

  it('unless it passes all checks', () => {
    const path = [portOf(0).clock, portOf(1).clock];
    const far = announceOf(portOf(1), { stepsRemoved: 254, tlvs: [{ kind: 'path-trace', path }] });
    expect(refusalOf(far, 'a', check)).to.equal(undefined);
  });
});
