import { expect } from 'chai';
import type { Observation } from '../../../api/observation.js';
import { decode, encode } from '../codec.js';
import { answerManagement } from '../management/responder.js';
import { PROFILES, type ProfileName } from '../profile/presets.js';
import { generator, goodFrames, mutate } from '../testing/frames.js';
import type { PortAction } from './action.js';
import { portOf, stampOf } from './testing/messages.js';
import { receiver, transmitter } from './testing/ports.js';
import type { SimulatedPort } from './testing/simulated-network.js';
import { GRANT_LIMITS } from './transmitter/grant-table.js';

const FRAMES = 4000;

/** Gives a port random messages, stamps, losses and times. Returns the largest number of actions of one call. */
function torment(port: SimulatedPort, profile: ProfileName, seed: number): number {
  const below = generator(seed);
  const frames = goodFrames(seed);
  const frame = new Uint8Array(65_536);
  let now = 1_000_000_000n;
  let most = 0;
  const open: number[] = [];
  const take = (actions: readonly PortAction[]): void => {
    most = Math.max(most, actions.length);
    for (const action of actions) {
      if (action.type === 'observe') for (const observation of action.observations) expectSound(observation);
      if (action.type !== 'send') continue;
      encode(action.message, frame);
      open.push(action.token);
    }
    open.splice(0, Math.max(0, open.length - 50));
  };
  take(port.linkUp(now));
  const { domain, sdoId } = PROFILES[profile];
  for (let n = 0; n < FRAMES; n++) {
    now += BigInt(below(200_000_000));
    const message = decode(mutate(frames, below));
    if (message.kind !== 'rejected') {
      const source = below(2) === 0 ? portOf(below(40)) : message.header.source;
      const header = { ...message.header, domain, sdoId, source, sequenceId: below(4) };
      const stamp = below(8) === 0 ? undefined : stampOf(BigInt(below(2 ** 31)), now);
      take(port.receive({ message: { ...message, header }, from: `${below(40)}`, stamp }, now));
    }
    if (open.length > 0 && below(3) === 0) {
      const token = open[below(open.length)]!;
      take(below(4) === 0 ? port.stampLost(token, now) : port.sent(token, stampOf(now), now));
    }
    if (port.wakeAt !== undefined && port.wakeAt <= now) take(port.wake(now));
    for (let turn = 0; port.wakeAt !== undefined && port.wakeAt <= now; turn++) {
      if (turn > 200) throw new Error('wakes up again and again for nothing');
      take(port.wake(now));
    }
  }
  return most;
}

/** Returns true for a message that the kernel would refuse. */
function expectSound(observation: Observation): void {
  for (const [name, value] of Object.entries(observation)) {
    if (typeof value === 'number' && !Number.isFinite(value))
      throw new Error(`${observation.kind}: ${name} is ${value}`);
  }
  expect(observation.noiseFloorNs).to.be.above(0);
}

describe('random messages', () => {
  for (const profile of Object.keys(PROFILES) as ProfileName[]) {
    it(`a ${profile} port does not throw, does not loop, and returns few actions at once`, function () {
      this.timeout(20_000);
      const grants = { ...GRANT_LIMITS, grants: 50 };
      expect(torment(receiver(PROFILES[profile]), profile, 7)).to.be.below(20);
      expect(torment(transmitter(PROFILES[profile], 1, {}, { grants }), profile, 11)).to.be.below(120);
    });
  }

  it('the management responder does not throw', () => {
    const below = generator(3);
    const frames = goodFrames(5);
    const managed = () => ({ identity: portOf(5).clock, domain: 0, clock: {}, ports: new Map([[1, {}]]) });
    const frame = new Uint8Array(1500);
    for (let n = 0; n < 20_000; n++) {
      const message = decode(mutate(frames, below));
      if (message.kind !== 'management') continue;
      const request = { ...message, header: { ...message.header, domain: 0 }, target: portOf(5) };
      for (const answer of answerManagement(request, managed, 1, {})) encode(answer, frame);
    }
  });
});
