import { findPeer, type Peer, type PeerName } from './peers.js';

const found = new Map<PeerName, ReturnType<typeof findPeer>>();
const reasons = new Set<string>();

/** The peer, or the end of the test: skipped with its reason, failed where TIMEHUB_REQUIRE_PEERS says that it must be there. */
export function need(context: Mocha.Context, name: PeerName): Peer {
  const answer = found.get(name) ?? findPeer(name);
  found.set(name, answer);
  if ('peer' in answer) return answer.peer;
  return skip(context, answer.missing);
}

/** Ends the test for want of something that this machine does not have. */
export function skip(context: Mocha.Context, reason: string): never {
  if (process.env.TIMEHUB_REQUIRE_PEERS === '1') throw new Error(reason);
  reasons.add(reason);
  return context.skip() as never;
}

/** Why tests were skipped, each reason once. */
export const skipReasons = (): readonly string[] => [...reasons];
