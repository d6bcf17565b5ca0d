import type { Context, Ns, PdelayCounts, PdelayResponder } from 'timehub/api';
import {
  accuracyNs,
  MESSAGES,
  type MessageKind,
  PORT_STATES,
  type PortState,
  type ReceiverView,
  type TransmitterView,
} from 'timehub/protocol/ptp';
import type { MessageCounts } from './message-counts.js';

/** The present values and counters of a port of either role. */
export interface PortFigures {
  readonly state: PortState;
  readonly foreignMasters: number;
  /** Number of received messages that the port did not use, by reason. */
  readonly unused: Readonly<Record<string, number>>;
  /** Other counters by name. */
  readonly counters: Readonly<Record<string, number>>;
  readonly messages: MessageCounts;
  /** Sent messages by type, with those of the Pdelay thread. */
  readonly sent: Float64Array;
  readonly asCapable: boolean | undefined;
  readonly responder: PdelayCounts | undefined;
}

/** Gauges by name: help text and a function that returns the value, NaN while it is not known. */
export type Gauges<F> = Readonly<Record<string, readonly [help: string, read: (figures: F) => number]>>;

/** Exports the metrics of a port, with the `gauges` of its role. */
export function exportFigures<F extends PortFigures>({ metrics }: Context, gauges: Gauges<F>, read: () => F): void {
  const totals = new Map<string, { readonly count: (by: number) => void; counted: number }>();
  /** Sets a counter to a total that is counted elsewhere. */
  const follow = (name: string, help: string, total: number, labels: Readonly<Record<string, string>> = {}): void => {
    const key = `${name} ${JSON.stringify(labels)}`;
    const known = totals.get(key) ?? { count: metrics.counter(name, help, labels), counted: 0 };
    totals.set(key, known);
    known.count(total - known.counted);
    known.counted = total;
  };
  const all: Gauges<F> = { ...COMMON, ...gauges };
  metrics.onRead(() => {
    const figures = read();
    for (const [name, [help, of]] of Object.entries(all)) metrics.gauge(name, help)(of(figures));
    for (const state of Object.keys(PORT_STATES)) {
      metrics.gauge('port_state', 'State of the port: 1 for its present state.', { state })(+(state === figures.state));
    }
    followMessages(figures, follow);
  });
}

type Follow = (name: string, help: string, total: number, labels?: Readonly<Record<string, string>>) => void;

function followMessages({ messages, sent, unused, counters, responder }: PortFigures, follow: Follow): void {
  for (const [kind, { type }] of Object.entries(MESSAGES) as [MessageKind, { readonly type: number }][]) {
    follow('messages_received_total', 'Messages received, by type.', messages.received[type]!, { type: kind });
    follow('messages_sent_total', 'Messages sent, by type.', sent[type]!, { type: kind });
  }
  for (const [reason, count] of Object.entries({ ...messages.rejected, ...unused })) {
    follow('messages_rejected_total', 'Messages received and not used, by reason.', count, { reason });
  }
  const { stampsLost = 0, announceTimeouts = 0, syncTimeouts } = counters;
  follow('announce_timeouts_total', 'timeTransmitters dropped after the announce receipt timeout.', announceTimeouts);
  if (syncTimeouts !== undefined) follow('sync_timeouts_total', 'Sync receipt timeouts.', syncTimeouts);
  follow('stamps_lost_total', 'Event messages without a transmit stamp.', stampsLost);
  follow('messages_unsent_total', 'Messages that could not be sent.', messages.unsent + (responder?.unsent ?? 0));
  if (responder === undefined) return;
  follow('pdelay_late_total', 'Pdelay_Req answered after more than 10 ms.', responder.late);
  follow('pdelay_unstamped_total', 'Pdelay_Req not answered because a stamp was missing.', responder.unstamped);
}

const COMMON: Gauges<PortFigures> = {
  foreign_masters: ['Other timeTransmitters whose Announces are received.', ({ foreignMasters }) => foreignMasters],
  as_capable: ['asCapable of ports with peer delay: 1 or 0.', ({ asCapable }) => Number(asCapable)],
  pdelay_turnaround_seconds: [
    'Time from the arrival of the last Pdelay_Req to the sending of its Follow_Up.',
    ({ responder }) => secondsOf(responder?.latestNs || undefined),
  ],
  pdelay_turnaround_max_seconds: [
    'Maximum of this time since the port was opened.',
    ({ responder }) => secondsOf(responder?.longestNs || undefined),
  ],
};

/** Gauges of a timeTransmitter. */
export const GRANDMASTER_GAUGES: Gauges<PortFigures & Pick<TransmitterView, 'grants' | 'data'>> = {
  unicast_grants: ['Present grants of unicast messages.', ({ grants }) => grants],
  announced_clock_class: ['Announced clockClass.', ({ data }) => data?.quality.clockClass ?? Number.NaN],
  announced_accuracy_seconds: [
    'Bound of the announced clockAccuracy; none above 10 s.',
    ({ data }) => secondsOf(data === undefined ? undefined : accuracyNs(data.quality.accuracy)),
  ],
  announced_steps_removed: ['Announced stepsRemoved.', ({ data }) => data?.stepsRemoved ?? Number.NaN],
};

/** Gauges of a timeReceiver. */
export const RECEIVER_GAUGES: Gauges<
  PortFigures & Pick<ReceiverView, 'offsetFromMasterNs' | 'meanDelayNs' | 'unanswered'>
> = {
  offset_from_master_seconds: [
    'Local clock − timeTransmitter, from the last messages alone.',
    ({ offsetFromMasterNs }) => secondsOf(offsetFromMasterNs),
  ],
  unanswered_requests: ['Consecutive Delay_Req or Pdelay_Req without an answer.', ({ unanswered }) => unanswered],
  mean_delay_seconds: ['meanPathDelay, or meanLinkDelay with peer delay.', ({ meanDelayNs }) => secondsOf(meanDelayNs)],
};

/** Returns the figures that both roles have. */
export const figuresOf = (
  view: TransmitterView | ReceiverView,
  { messages, responder }: { readonly messages: MessageCounts; readonly responder: PdelayResponder | undefined },
): PortFigures => ({
  state: view.state,
  foreignMasters: view.known.length,
  ...{ unused: view.unused, counters: view.counters },
  asCapable: view.asCapable?.capable,
  messages,
  sent: messages.sentWith(responder),
  responder: responder?.counts(),
});

const secondsOf = (ns: Ns | undefined): number => (ns ?? Number.NaN) / 1e9;
