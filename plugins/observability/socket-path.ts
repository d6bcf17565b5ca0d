/** What the rule depends on, handed in so that it can be tested. */
export interface SocketPlace {
  /** `$XDG_RUNTIME_DIR`, where there is one. */
  readonly runtimeDirectory: string | undefined;
  readonly uid: number;
}

const SYSTEM = '/run/timehub/timehub.sock';

/** The place of this process. */
export const socketPlace = (): SocketPlace => ({
  runtimeDirectory: process.env.XDG_RUNTIME_DIR,
  uid: process.getuid?.() ?? 0,
});

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
