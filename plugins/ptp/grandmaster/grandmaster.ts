import { type ClockId, type ClockScale, HubTime, type Running, type SinkContext, type TimeState } from 'timehub/api';
import {
  formatClockIdentity,
  GRANT_LIMITS,
  type PortState,
  TimeTransmitterPort,
  type TransmitterView,
} from 'timehub/protocol/ptp';
import { ManagementSocket } from '../management/management-socket.js';
import { transmitterDataSets } from '../management/transmitter-data-sets.js';
import type { PortConfig } from '../port/port-config.js';
import { exportFigures, figuresOf, GRANDMASTER_GAUGES } from '../port/port-metrics.js';
import { type PortReport, PortRunner } from '../port/port-runner.js';
import { portView } from '../port/port-view.js';
import { type PreparedPort, preparePort } from '../port/prepare-port.js';
import { allowList } from '../port/receive-filter.js';
import { type AnnounceOptions, announceDataOf } from './announce-data.js';
import { AnnounceHysteresis } from './announce-hysteresis.js';
import { LocalTime } from './local-time.js';
import { TimeBaseIndicator } from './time-base-indicator.js';

export interface GrandmasterConfig extends PortConfig {
  readonly priority1?: number | undefined;
  readonly priority2?: number | undefined;
  readonly role?: 'elected' | 'fixed' | undefined;
  readonly 'degraded-class': 52 | 187;
  readonly 'improve-after': number;
  readonly boundary: boolean;
  readonly unicast: boolean | 'only';
  readonly amplify: readonly string[];
  readonly timescale: ClockScale;
  readonly 'grandmaster-id': number;
  readonly 'time-zone'?: string | undefined;
}

/** The PTP sink: a timeTransmitter port that sends the hub's time, as grandmaster or as a port of a boundary clock. */
export class Grandmaster implements Running<GrandmasterConfig> {
  readonly #context: SinkContext;
  readonly #config: GrandmasterConfig;
  readonly #hysteresis: AnnounceHysteresis;
  readonly #timeBase = new TimeBaseIndicator();
  #prepared: PreparedPort | undefined;
  #announce: AnnounceOptions | undefined;
  #clock: ClockId = 'system';
  #isClockKnown = true;
  #time: HubTime | undefined;
  #port: TimeTransmitterPort | undefined;
  #runner: PortRunner | undefined;
  #management: ManagementSocket | undefined;
  #state: PortState | undefined;
  #qualificationTimeouts = 0;

  constructor(context: SinkContext, config: GrandmasterConfig) {
    this.#context = context;
    this.#config = config;
    this.#hysteresis = new AnnounceHysteresis(config['improve-after']);
  }

  /** Rejects with the errors of opening the socket. */
  async start(): Promise<void> {
    const config = this.#config;
    const prepared = preparePort(this.#context, config, 'transmitter');
    const { identity, profile: preset } = prepared.settings;
    const profile = config.role === undefined ? preset : { ...preset, roles: ROLES[config.role] };
    const port = new TimeTransmitterPort({
      ...{ ...prepared.settings, profile },
      ptpTimeOf: (stamp) => this.#time?.timeOf(stamp),
      recipients: config.unicast === 'only' ? 'grants' : 'group',
      ...(config.unicast === false ? {} : { grants: { ...GRANT_LIMITS, isTrusted: allowList(config.amplify) } }),
    });
    const runner = new PortRunner(this.#context, port, {
      config,
      open: prepared.open,
      onReport: (report) => this.#report(report),
      onManagement: (request, octets) => this.#management?.answerFromNetwork(request, octets) ?? [],
    });
    this.#prepared = { ...prepared, settings: { ...prepared.settings, profile } };
    this.#clock = prepared.clock;
    this.#announce = {
      identity: identity.clock,
      priority1: config.priority1 ?? profile.priority1,
      priority2: config.priority2 ?? profile.priority2,
      degradedClass: config['degraded-class'],
      boundary: config.boundary ? 'pass-on' : 'own',
      timescale: config.timescale,
      grandmasterId: config['grandmaster-id'],
      ...(config['time-zone'] === undefined ? {} : { localTime: new LocalTime(config['time-zone']) }),
    };
    this.#port = port;
    this.#runner = runner;
    this.#management = new ManagementSocket(this.#context, { ...config, port: identity.port }, () =>
      transmitterDataSets(port.inspect(), {
        ...{ prepared: this.#prepared!, counts: runner.counts, qualificationTimeouts: this.#qualificationTimeouts },
        ...{ announce: this.#announce!, present: announceDataOf(this.#context.state(), this.#announce!) },
      }),
    );
    this.#management.open();
    exportFigures(this.#context, GRANDMASTER_GAUGES, () => {
      const view = port.inspect();
      return { ...view, ...figuresOf(view, { messages: runner.counts, responder: prepared.responder }) };
    });
    this.#update(this.#context.state());
    runner.start();
    this.#context.onState((state) => this.#update(state));
  }

  async stop(): Promise<void> {
    this.#runner?.stop();
    this.#management?.close();
  }

  inspect(): Record<string, unknown> {
    if (this.#port === undefined || this.#runner === undefined || this.#prepared === undefined) return {};
    const view = this.#port.inspect();
    const own = { announces: announcedView(view), grants: view.grants };
    return portView(view, own, { prepared: this.#prepared, runner: this.#runner });
  }

  #update(state: TimeState): void {
    const time = HubTime.of(state, this.#clock, this.#config.timescale);
    this.#time = time;
    const timeBase = time === undefined ? undefined : this.#timeBase.update(time, state);
    this.#reportClock(time !== undefined);
    this.#runner?.perform((now) => {
      const data = timeBase && { ...this.#hysteresis.apply(announceDataOf(state, this.#announce!), now), timeBase };
      return this.#port?.setData(data, now) ?? [];
    });
    this.#management?.notifySubscribers();
  }

  /** Without a source that measures the stamping clock, its time is not known, and none is sent. */
  #reportClock(isKnown: boolean): void {
    if (isKnown === this.#isClockKnown) return;
    this.#isClockKnown = isKnown;
    const { interface: name } = this.#config;
    const remedy = `add [source.phc.${name}] with clock = "${name}", or stamps = "software"`;
    const fault = `sends no time, because no source measures the stamping clock (${this.#clock}): ${remedy}`;
    if (isKnown) this.#context.health('ok', `the stamping clock (${this.#clock}) is measured`);
    else this.#context.health('degraded', fault);
  }

  #report(report: PortReport): void {
    if (report.type === 'save-link') this.#prepared?.saveLink(report.link);
    if (report.type !== 'state') return;
    if (this.#state === 'pre-master' && report.state === 'master') this.#qualificationTimeouts++;
    this.#state = report.state;
    this.#context.log.info(report.reason, { state: report.state });
    this.#context.health(IS_WELL.has(report.state) ? 'ok' : 'degraded', report.reason);
    this.#management?.notifySubscribers();
  }
}

const ROLES = { elected: 'elected', fixed: 'static' } as const;

/** States without a fault. Yielding to a better clock is one of them. */
const IS_WELL: ReadonlySet<string> = new Set(['master', 'passive', 'pre-master']);

function announcedView({ data }: TransmitterView): unknown {
  if (data === undefined) return 'nothing';
  const { grandmaster, stepsRemoved, priority1, priority2, quality, timeSource, currentUtcOffset, flags } = data;
  return {
    grandmaster: formatClockIdentity(grandmaster),
    ...{ stepsRemoved, priority1, priority2, ...quality, timeSource, currentUtcOffset, flags },
  };
}
