import { formatPortIdentity, type ReceiverView, type TransmitterView } from 'timehub/protocol/ptp';
import type { PortRunner } from './port-runner.js';
import type { PreparedPort } from './prepare-port.js';

/** Returns what `timehub show` prints of a port of either role. `own`: the values of its role. */
export function portView(
  view: ReceiverView | TransmitterView,
  own: Readonly<Record<string, unknown>>,
  { prepared, runner }: { readonly prepared: PreparedPort; readonly runner: PortRunner },
): Record<string, unknown> {
  const { identity, profile } = prepared.settings;
  const { link, asCapable, neighbourRatePpb, version, known } = view;
  return {
    ...{ port: formatPortIdentity(identity), state: view.state, reason: view.reason },
    ...{ profile: profile.summary, domain: profile.domain, delay: profile.delay, stamps: runner.stamps },
    ...own,
    ...(asCapable && { asCapable }),
    ...(link && { neighbourDelay: { ns: link.delayNs, noiseNs: link.noiseNs, is: link.origin } }),
    ...(neighbourRatePpb !== undefined && { neighbourRatePpb }),
    version: `2.${version.minorVersion}: ${version.reason}`,
    heard: known.map(({ dataSet, qualified }) => ({ port: formatPortIdentity(dataSet.sender), qualified })),
    counters: { ...view.unused, ...view.counters },
    messages: runner.counts.inspect(),
    ...(prepared.responder && { pdelayThread: prepared.responder.counts() }),
  };
}
