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

/** What a port of either role has to count and to measure at a moment. */
export interface PortFigures {
  readonly state: PortState;
  readonly foreignMasters: number;
  /** Messages that the port did not use, by reason. */
  readonly unused: Readonly<Record<string, number>>;
  /** What else it counts. */
  readonly counters: Readonly<Record<string, number>>;
  readonly messages: MessageCounts;
  /** By type, those of the thread among them. */
  readonly sent: Float64Array;
  readonly asCapable: boolean | undefined;
  readonly responder: PdelayCounts | undefined;
}

/** A gauge by its name: what it means and what it reads; not a number while nothing is known. */
export type Gauges<F> = Readonly<Record<string, readonly [help: string, read: (figures: F) => number]>>;

/** Exports the figures of a port, and `gauges` of its role. */
export function exportFigures<F extends PortFigures>({ metrics }: Context, gauges: Gauges<F>, read: () => F): void {
  const totals = new Map<string, { readonly count: (by: number) => void; counted: number }>();
  /** A counter that follows what is counted elsewhere. */
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
      metrics.gauge('port_state', 'State of the port: 1 for the one it is in.', { state })(+(state === figures.state));
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
    follow('messages_rejected_total', 'Messages received and not taken, by reason.', count, { reason });
  }
  const { stampsLost = 0, announceTimeouts = 0, syncTimeouts } = counters;
  follow('announce_timeouts_total', 'timeTransmitters given up for want of Announces.', announceTimeouts);
  if (syncTimeouts !== undefined) follow('sync_timeouts_total', 'Times that Syncs have stopped.', syncTimeouts);
  follow('stamps_lost_total', 'Event messages whose transmit stamp did not come.', stampsLost);
  follow('messages_unsent_total', 'Messages that could not be sent.', messages.unsent + (responder?.unsent ?? 0));
  if (responder === undefined) return;
  follow('pdelay_late_total', 'Pdelay_Req answered later than after 10 ms.', responder.late);
  follow('pdelay_unstamped_total', 'Pdelay_Req not answered for want of a stamp.', responder.unstamped);
}

const COMMON: Gauges<PortFigures> = {
  foreign_masters: ['Other timeTransmitters that are heard.', ({ foreignMasters }) => foreignMasters],
  as_capable: ['1 when the neighbour is fit for gPTP, of ports that measure it.', ({ asCapable }) => Number(asCapable)],
  pdelay_turnaround_seconds: [
    'From the arrival of the last Pdelay_Req to the sending of its Follow_Up.',
    ({ responder }) => secondsOf(responder?.latestNs || undefined),
  ],
  pdelay_turnaround_max_seconds: [
    'The longest of these since the port was opened.',
    ({ responder }) => secondsOf(responder?.longestNs || undefined),
  ],
};

/** Of a timeTransmitter. */
export const GRANDMASTER_GAUGES: Gauges<PortFigures & Pick<TransmitterView, 'grants' | 'data'>> = {
  unicast_grants: ['Grants of unicast messages in force.', ({ grants }) => grants],
  announced_clock_class: ['clockClass that is announced.', ({ data }) => data?.quality.clockClass ?? Number.NaN],
  announced_accuracy_seconds: [
    'The bound that the announced clockAccuracy stands for; none beyond 10 s.',
    ({ data }) => secondsOf(data === undefined ? undefined : accuracyNs(data.quality.accuracy)),
  ],
  announced_steps_removed: ['stepsRemoved that is announced.', ({ data }) => data?.stepsRemoved ?? Number.NaN],
};

/** Of a timeReceiver. */
export const RECEIVER_GAUGES: Gauges<
  PortFigures & Pick<ReceiverView, 'offsetFromMasterNs' | 'meanDelayNs' | 'unanswered'>
> = {
  offset_from_master_seconds: [
    'Local clock less timeTransmitter by the last messages alone.',
    ({ offsetFromMasterNs }) => secondsOf(offsetFromMasterNs),
  ],
  unanswered_requests: ['Delay_Req or Pdelay_Req in a row without an answer.', ({ unanswered }) => unanswered],
  mean_delay_seconds: ['Delay of the path, or of the link.', ({ meanDelayNs }) => secondsOf(meanDelayNs)],
};

/** What both views have. */
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
