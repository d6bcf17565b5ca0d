import type { SocketOrigin } from './socket-trust.js';

/** Facts that decide where the control socket is. */
export interface SocketPlace {
  /** `$XDG_RUNTIME_DIR`, if set. */
  readonly runtimeDirectory: string | undefined;
  readonly uid: number;
}

const SYSTEM = '/run/timehub/timehub.sock';

/**
 * Returns the possible control sockets in the order in which a client tries them: the user's own hub, the system's, and that of
 * a user without a session (a container). The client uses the first that answers.
 */
export function socketCandidates(place: SocketPlace): readonly string[] {
  const own = place.runtimeDirectory === undefined ? [] : [`${place.runtimeDirectory}/timehub.sock`];
  return [...own, SYSTEM, `/tmp/timehub-${place.uid}/timehub.sock`];
}

/**
 * Returns the same paths in the order in which a hub tries them: the system's first, so that every user finds a hub of root.
 */
export function socketChoices(place: SocketPlace): readonly string[] {
  return [SYSTEM, ...socketCandidates(place).filter((path) => path !== SYSTEM)];
}

/** Returns the rule by which a client trusts a socket at one of these paths. */
export const originOf = (candidate: string): SocketOrigin => (candidate === SYSTEM ? 'system' : 'own');
