import { findPeer, type Peer, type PeerName } from './peers.js';

const found = new Map<PeerName, ReturnType<typeof findPeer>>();
const reasons = new Set<string>();

/** Returns the peer. If it is missing, skips the test with the reason, or fails it if TIMEHUB_REQUIRE_PEERS is 1. */
export function need(context: Mocha.Context, name: PeerName): Peer {
  const answer = found.get(name) ?? findPeer(name);
  found.set(name, answer);
  if ('peer' in answer) return answer.peer;
  return skip(context, answer.missing);
}

/** Skips a test that this machine cannot run, or fails it if TIMEHUB_REQUIRE_PEERS is 1. */
export function skip(context: Mocha.Context, reason: string): never {
  if (process.env.TIMEHUB_REQUIRE_PEERS === '1') throw new Error(reason);
  reasons.add(reason);
  return context.skip() as never;
}

/** Returns the reasons for skipped tests, each once. */
export const skipReasons = (): readonly string[] => [...reasons];
