import type { Claims, Observation, Running, SourceContext, Timescale } from 'timehub/api';
import {
  type Announce,
  formatClockIdentity,
  formatPortIdentity,
  type PortIdentity,
  parseClockIdentity,
  TimeReceiverPort,
} from 'timehub/protocol/ptp';
import { ManagementSocket } from './management/management-socket.js';
import { offsetFromMaster, receiverDataSets } from './management/receiver-data-sets.js';
import type { PortConfig } from './port/port-config.js';
import { exportFigures, figuresOf, RECEIVER_GAUGES } from './port/port-metrics.js';
import { type PortReport, PortRunner } from './port/port-runner.js';
import { portView } from './port/port-view.js';
import { type PreparedPort, preparePort } from './port/prepare-port.js';

export interface ReceiverConfig extends PortConfig {
  readonly timescale: 'auto' | Timescale;
  readonly accept?: readonly string[] | undefined;
  readonly 'unicast-from'?: string | undefined;
}

/** Requested duration of unicast grants, s. */
const GRANT_S = 300;

/** The PTP source: a timeReceiver port whose observations and claims go to the hub, and its state to the operator. */
export class PtpReceiver implements Running<ReceiverConfig> {
  readonly #context: SourceContext;
  readonly #config: ReceiverConfig;
  #prepared: PreparedPort | undefined;
  #port: TimeReceiverPort | undefined;
  #runner: PortRunner | undefined;
  #management: ManagementSocket | undefined;
  /** The first timeTransmitter that was followed. */
  #first: string | undefined;
  /** Path of the observations: empty for the first timeTransmitter, else the present one. */
  #path = '';
  /** Claims that go with the next observations. */
  #claims: Claims | undefined;

  constructor(context: SourceContext, config: ReceiverConfig) {
    this.#context = context;
    this.#config = config;
  }

  /** Rejects with the errors of opening the socket. */
  async start(): Promise<void> {
    const prepared = preparePort(this.#context, this.#config, 'receiver');
    const unicastFrom = this.#config['unicast-from'];
    const port = new TimeReceiverPort({
      ...prepared.settings,
      acceptable: acceptance(this.#config, this.#context.network.addresses()),
      ...(unicastFrom === undefined ? {} : { unicast: { address: unicastFrom, durationS: GRANT_S } }),
    });
    const runner = new PortRunner(this.#context, port, {
      config: this.#config,
      open: prepared.open,
      onReport: (report) => {
        this.#report(report);
        this.#management?.notifySubscribers();
      },
      onManagement: (request, octets) => this.#management?.answerFromNetwork(request, octets) ?? [],
    });
    this.#prepared = prepared;
    this.#port = port;
    this.#runner = runner;
    this.#management = new ManagementSocket(
      this.#context,
      { ...this.#config, port: prepared.settings.identity.port },
      () => receiverDataSets(port.inspect(this.#context.monotonic()), { prepared, counts: runner.counts }, unicastFrom),
    );
    this.#management.open();
    exportFigures(this.#context, RECEIVER_GAUGES, () => {
      const view = port.inspect(this.#context.monotonic());
      const { meanDelayNs, unanswered } = view;
      const common = figuresOf(view, { messages: runner.counts, responder: prepared.responder });
      return { ...common, meanDelayNs, unanswered, offsetFromMasterNs: offsetFromMaster(view, prepared) };
    });
    runner.start();
  }

  async stop(): Promise<void> {
    this.#runner?.perform(() => this.#port?.stop() ?? []);
    this.#runner?.stop();
    this.#management?.close();
  }

  inspect(): Record<string, unknown> {
    if (this.#port === undefined || this.#runner === undefined || this.#prepared === undefined) return {};
    const view = this.#port.inspect(this.#context.monotonic());
    const { announce } = view.parent ?? {};
    const own = {
      parent: view.parent === undefined ? textOf(view.source) : formatPortIdentity(view.parent.dataSet.sender),
      ...(announce && {
        grandmaster: formatClockIdentity(announce.grandmaster),
        clockClass: announce.quality.clockClass,
        stepsRemoved: announce.stepsRemoved,
        timescale: announce.header.flags.ptpTimescale ? 'PTP (TAI)' : 'arbitrary (ptpTimescale is not set)',
        currentUtcOffset: utcOffsetOf(announce),
      }),
      offsetFromMasterNs: finite(offsetFromMaster(view, this.#prepared)),
      meanDelayNs: finite(view.meanDelayNs),
      unanswered: view.unanswered,
    };
    return portView(view, own, { prepared: this.#prepared, runner: this.#runner });
  }

  #report(report: PortReport): void {
    switch (report.type) {
      case 'observe':
        this.#observe(report.observations);
        break;
      case 'claim':
        this.#claims = report.claims;
        break;
      case 'state':
        this.#setState(report.state, report.reason);
        break;
      case 'discontinuity':
        this.#context.discontinuity(report.reason, report.jumpNs);
        break;
      case 'parent':
        this.#follow(report.parent?.dataSet.sender);
        break;
      case 'save-link':
        this.#prepared?.saveLink(report.link);
    }
  }

  #setState(state: string, reason: string): void {
    this.#context.log.info(reason, { state });
    if (state === 'slave') {
      this.#context.health('ok', reason);
      return;
    }
    this.#context.health('degraded', reason);
    this.#context.unreachable(clause(reason));
  }

  /** Each timeTransmitter has its own path, because its delays differ. The path is the same when it comes back. */
  #follow(sender: PortIdentity | undefined): void {
    if (sender === undefined) return;
    const name = formatPortIdentity(sender);
    this.#first ??= name;
    this.#path = name === this.#first ? '' : name;
  }

  #observe(observations: readonly Observation[]): void {
    const labelled = observations.map((observation) => this.#labelled(observation));
    this.#context.report({ ...(this.#claims && { claims: this.#claims }), observations: labelled });
    this.#claims = undefined;
  }

  #labelled(observation: Observation): Observation {
    const { timescale } = this.#config;
    return { ...observation, path: this.#path, ...(timescale === 'auto' ? {} : { scale: timescale }) };
  }
}

/**
 * Returns the filter of Announce senders, by clock identity or source address; with unicast, only the server that was asked. It
 * always rejects our own Announces, which would make a timing loop.
 */
function acceptance({ accept, 'unicast-from': asked }: ReceiverConfig, own: readonly string[]) {
  const clocks = new Set((accept ?? []).map((entry) => parseClockIdentity(entry)));
  const addresses = new Set((accept ?? []).map((entry) => entry.toLowerCase()));
  return ({ clock }: PortIdentity, from: string): boolean => {
    if (own.includes(from) || (asked !== undefined && from !== asked)) return false;
    return accept === undefined || clocks.has(clock) || addresses.has(from.toLowerCase());
  };
}

const utcOffsetOf = ({ currentUtcOffset, header }: Announce): string =>
  `${currentUtcOffset} s (${header.flags.currentUtcOffsetValid ? 'valid' : 'not marked as valid'})`;
const textOf = (port: PortIdentity | undefined): string | null =>
  port === undefined ? null : formatPortIdentity(port);
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
/** A sentence as a part of another one. */
const clause = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '');
