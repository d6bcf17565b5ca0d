import type { SocketOrigin } from './socket-trust.js';

/** What the place of the control socket depends on. */
export interface SocketPlace {
  /** `$XDG_RUNTIME_DIR`, where there is one. */
  readonly runtimeDirectory: string | undefined;
  readonly uid: number;
}

const SYSTEM = '/run/timehub/timehub.sock';

/**
 * Where a hub may have its control socket, in the order in which a client tries them: the user's own hub, the system's,
 * and that of a user without a session (a container). The first that answers is meant.
 */
export function socketCandidates(place: SocketPlace): readonly string[] {
  const own = place.runtimeDirectory === undefined ? [] : [`${place.runtimeDirectory}/timehub.sock`];
  return [...own, SYSTEM, `/tmp/timehub-${place.uid}/timehub.sock`];
}

/** The order in which a hub tries them: the system's place first, so that a hub run by root is found by everybody. */
export function socketChoices(place: SocketPlace): readonly string[] {
  return [SYSTEM, ...socketCandidates(place).filter((path) => path !== SYSTEM)];
}

/** The rule by which a socket at one of these places is believed to be a hub's. */
export const originOf = (candidate: string): SocketOrigin => (candidate === SYSTEM ? 'system' : 'own');
