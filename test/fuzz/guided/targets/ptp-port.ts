import type { Observation } from '../../../../src/api/index.js';
import { decode, encode, isEvent, type PortAction, type Profile } from '../../../../src/protocol/ptp/index.js';
import { stampOf } from '../../../../src/protocol/ptp/port/testing/messages.js';
import type { SimulatedPort } from '../../../../src/protocol/ptp/port/testing/simulated-network.js';
import { PROFILES } from '../../../../src/protocol/ptp/profile/presets.js';
import { expectFinite } from '../properties.js';
import { framesOf, joinFrames, outcomeOf } from '../target.js';
import { repairPtp } from './ptp-frames.js';

/**
 * Inputs for a port. The first frame chooses the profile. Two octets precede each message: the bits of the first say how it
 * arrives, the second is the sender.
 */
const HEAD = 2;
const MOST_WAKES = 200;
const ELSEWHERE = 0x80;
const NO_STAMP = 0x40;
const STAMP_LOST = 0x20;
/** Mask of the bits that hold n: the message arrives after 2ⁿ ns. */
const PAUSE = 0x1f;

const profiles: readonly Profile[] = Object.values(PROFILES);
const room = new Uint8Array(2 ** 16);

export const inputOf = (profile: number, ...messages: readonly Uint8Array[]): Uint8Array =>
  joinFrames([Uint8Array.of(profile), ...messages.map((message) => Uint8Array.from([28, 1, ...message]))]);

export const repairMessage = (octets: Uint8Array, length: number): void =>
  repairPtp(octets.subarray(HEAD), length - HEAD);

/** Gives a new port the messages of an input, and the stamps of its own. One call may ask for `most` actions at most. */
export function play(input: Uint8Array, portOf: (profile: Profile) => SimulatedPort, most: number): number {
  const [first, ...messages] = framesOf(input);
  const profile = profiles[(first?.[0] ?? 0) % profiles.length]!;
  const port = portOf(profile);
  const run = new Run(port, most);
  for (const octets of messages) {
    if (octets.length <= HEAD) continue;
    const [how, sender] = [octets[0]!, octets[1]!];
    run.pass(1n << BigInt(how & PAUSE));
    const message = decode(octets.subarray(HEAD));
    if (message.kind === 'rejected') continue;
    const { domain, sdoId } = (how & ELSEWHERE) === 0 ? profile : message.header;
    const stamp = !isEvent(message.kind) || (how & NO_STAMP) !== 0 ? undefined : stampOf(run.now, run.now);
    run.do(
      port.receive(
        { message: { ...message, header: { ...message.header, domain, sdoId } }, from: `${sender % 8}`, stamp },
        run.now,
      ),
    );
    run.answerSends((how & STAMP_LOST) !== 0);
  }
  return outcomeOf(profile.delay, ...[...run.kinds].slice(-3), run.state);
}

class Run {
  now = 1_000_000_000_000n;
  state = '';
  readonly kinds = new Set<string>();
  readonly #port: SimulatedPort;
  readonly #most: number;
  #tokens: number[] = [];

  constructor(port: SimulatedPort, most: number) {
    this.#port = port;
    this.#most = most;
    this.do(port.linkUp(this.now));
  }

  pass(ns: bigint): void {
    this.now += ns;
    for (let wakes = 0; this.#port.wakeAt !== undefined && this.#port.wakeAt <= this.now; wakes++) {
      if (wakes > MOST_WAKES) throw new Error('wakes up again and again for nothing');
      this.do(this.#port.wake(this.now));
    }
  }

  do(actions: readonly PortAction[]): void {
    if (actions.length > this.#most) throw new Error(`asks for ${actions.length} things at once`);
    for (const action of actions) {
      this.kinds.add(action.type);
      if (action.type === 'send') {
        this.kinds.add(action.message.kind);
        encode(action.message, room);
        if (isEvent(action.message.kind)) this.#tokens.push(action.token);
      } else if (action.type === 'observe') action.observations.forEach(expectSound);
      else expectFinite(action);
      if (action.type === 'state') this.state = action.state;
    }
  }

  answerSends(lost: boolean): void {
    const tokens = this.#tokens.slice(0, 4);
    this.#tokens = [];
    for (const token of tokens) {
      this.do(
        lost ? this.#port.stampLost(token, this.now) : this.#port.sent(token, stampOf(this.now, this.now), this.now),
      );
    }
  }
}

/** Throws for an observation that the hub's kernel would refuse. */
function expectSound(observation: Observation): void {
  expectFinite(observation);
  if (!(observation.noiseFloorNs > 0)) throw new Error(`a noise floor of ${observation.noiseFloorNs} ns`);
}
