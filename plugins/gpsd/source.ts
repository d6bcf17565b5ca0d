import {
  defineSource,
  type Instant,
  NS_PER_S,
  type Running,
  type SourceContext,
  type TcpConnection,
  type Timer,
} from 'timehub/api';
import { Session, type SessionAction } from 'timehub/protocol/gpsd';
import { Budget } from './budget.js';
import { claimsOf, claimsOfLonePulses } from './claims.js';
import { config, formatAddress, type GpsdConfig, LOOPBACK } from './config.js';
import { GpsdConnection } from './connection.js';
import { PulsePreference } from './pulse-preference.js';
import { eventInstant, pulseOf, readingOf, type SampleOptions } from './sample.js';
import { Throttle } from './throttle.js';

/** Limit of samples: a receiver gives a pulse and a serial report each second, and more samples would add nothing. */
const SAMPLES = { perSecond: 4, most: 16 };
/** Limit of sentences that are reported at once when they change; others wait for the next tick. */
const SENTENCES = { perSecond: 0.25, most: 8 };

type Counted = 'records' | 'malformed' | 'refused' | 'pauses';
type SampleAction = Extract<SessionAction, { type: 'sample' }>;

export default defineSource<GpsdConfig>({
  type: 'gpsd',
  summary: 'A GNSS receiver behind gpsd: its pulses, or its serial time where it has none',
  stability: 'beta',
  needs: [],
  config,
  create: (options, context) => new GpsdSource(options, context),
});

class GpsdSource implements Running<GpsdConfig> {
  readonly #options: GpsdConfig;
  readonly #context: SourceContext;
  readonly #session: Session;
  readonly #connector: GpsdConnection;
  readonly #preference: PulsePreference;
  readonly #sampling: SampleOptions;
  readonly #throttle: Throttle;
  readonly #samples = new Budget(SAMPLES);
  readonly #sentences = new Budget(SENTENCES);
  readonly #count: Readonly<Record<Counted, (by?: number) => void>>;
  readonly #gauge: Readonly<Record<'seen' | 'used', (value: number) => void>>;
  #counted: Readonly<Record<Counted, number>> = { records: 0, malformed: 0, refused: 0, pauses: 0 };
  #connection: TcpConnection | undefined;
  #lastOctet: Instant = 0n;
  #foreign = false;
  #reported = '';
  #ticker: Timer | undefined;

  constructor(options: GpsdConfig, context: SourceContext) {
    this.#options = options;
    this.#context = context;
    this.#session = new Session({
      silenceNs: options.timeout,
      ...(options.device === undefined ? {} : { device: options.device }),
      ...(options.pulses === undefined ? {} : { pulses: options.pulses }),
    });
    this.#preference = new PulsePreference(options.pps);
    this.#sampling = { precisionNs: options.precision, serialDelayNs: options['serial-delay'] };
    this.#throttle = new Throttle(context);
    this.#connector = new GpsdConnection(context, options.address, {
      up: (connection, peer) => this.#up(connection, peer),
      data: (chunk, connection) => this.#data(chunk, connection),
      down: (reason) => this.#down(reason),
    });
    this.#count = {
      records: context.metrics.counter('records_total', 'Records received from gpsd.'),
      malformed: context.metrics.counter('malformed_lines_total', 'Lines that were no gpsd record.'),
      refused: context.metrics.counter(
        'refused_total',
        'Comparisons not used: no fix, another receiver, an impossible date, too many.',
      ),
      pauses: context.metrics.counter('pauses_total', 'Pauses in reading gpsd, because it sent too much.'),
    };
    this.#gauge = {
      seen: context.metrics.gauge('satellites_seen', 'Satellites in view.'),
      used: context.metrics.gauge('satellites_used', 'Satellites used in the fix.'),
    };
  }

  async start(): Promise<void> {
    this.#connector.start();
    this.#tick();
  }

  async stop(): Promise<void> {
    this.#ticker?.cancel();
    this.#throttle.stop();
    this.#connector.stop();
  }

  inspect(): Record<string, unknown> {
    const { receiver, release, status, counters, receivers, pulses } = this.#session;
    return {
      gpsd: formatAddress(this.#options.address),
      release,
      standing: status.reason,
      receivers: receivers.map(({ path, driver, state }) => ({ path, driver, state })),
      receiver: receiver && {
        path: receiver.path,
        pulses: pulses.device?.path,
        mode: receiver.quality.mode,
        seen: receiver.seen,
        used: receiver.used,
        leapSeconds: receiver.leapSeconds,
        oscillator: receiver.oscillator,
        satellites: receiver.satellites,
      },
      counters: { ...counters, pauses: this.#throttle.pauses },
    };
  }

  #up(connection: TcpConnection, peer: string): void {
    this.#connection = connection;
    this.#lastOctet = this.#context.monotonic();
    // TOFF and PPS compare with the clock of the machine that gpsd runs on.
    this.#foreign =
      !this.#options['same-clock'] && !LOOPBACK.test(peer) && !this.#context.network.addresses().includes(peer);
    this.#preference.reset();
    this.#perform(this.#session.connected());
  }

  #down(reason: string): void {
    this.#throttle.stop();
    this.#connection = undefined;
    this.#noTime(reason);
  }

  #data(chunk: Uint8Array, connection: TcpConnection): void {
    this.#lastOctet = this.#context.monotonic();
    this.#throttle.charge(chunk, connection);
    this.#perform(this.#session.feed(chunk, this.#lastOctet));
    this.#measure();
    if (this.#session.release !== undefined) this.#connector.proven();
  }

  #tick(): void {
    this.#ticker = this.#context.after(NS_PER_S, () => this.#tick());
    if (this.#connection === undefined) return;
    const now = this.#context.monotonic();
    this.#perform(this.#session.tick(now));
    this.#reportStatus(now);
    const quietNs = Number(now - this.#lastOctet);
    if (quietNs > 3 * this.#options.timeout)
      this.#connector.renew(`gpsd at ${formatAddress(this.#options.address)} has fallen silent`);
    // gpsd answers this even if its receivers are silent.
    else if (quietNs > this.#options.timeout) this.#connection.write('?VERSION;\n');
  }

  #perform(actions: readonly SessionAction[]): void {
    for (const action of actions) {
      switch (action.type) {
        case 'send':
          this.#connection?.write(action.text);
          break;
        case 'sample':
          this.#sample(action);
          break;
        case 'note':
          this.#context.log.info(action.message);
          break;
        case 'complaint':
          this.#context.log.debug('gpsd complains', { message: action.message });
          break;
        case 'status':
          this.#statusChanged(this.#context.monotonic());
      }
    }
  }

  #sample({ sample, device, numbered }: SampleAction): void {
    const { receiver } = this.#session;
    const now = this.#context.read('system');
    if (this.#foreign || !this.#preference.takes(sample.class, now.monotonic)) return;
    const monotonic = eventInstant(sample, now);
    if (monotonic === undefined || !this.#samples.take(now.monotonic)) {
      this.#count.refused();
      return;
    }
    const path = receiver === undefined || receiver.path === device ? 'pps' : device;
    const { observation, biasBoundNs } =
      sample.class === 'PPS'
        ? pulseOf(sample, monotonic, this.#sampling, { path, numbered })
        : readingOf(sample, monotonic, this.#sampling);
    const claims = receiver === undefined ? claimsOfLonePulses(device, biasBoundNs) : claimsOf(receiver, biasBoundNs);
    this.#context.report({ claims, observations: [observation] });
  }

  /** Reports a new status at once, or at the next tick if it changes too often. */
  #statusChanged(now: Instant): void {
    if (!this.#session.status.good) this.#preference.reset();
    if (this.#sentences.take(now)) this.#reportStatus(now);
  }

  /** Reports health and reachability if their sentence has changed. */
  #reportStatus(now: Instant): void {
    const { good, reason } = this.#session.status;
    const remark = this.#throttle.remark(now);
    const sentence = remark === '' ? reason : `${reason}; ${remark}`;
    if (!good) this.#preference.reset();
    const pulseless = this.#options.pps !== 'off' && this.#preference.lacksPulses(now);
    const lack = this.#session.pulses.obstacle || 'no pulses';
    const obstacle = this.#foreign
      ? `gpsd at ${formatAddress(this.#options.address)} stamps with another machine's clock`
      : !good
        ? sentence
        : pulseless && this.#options.pps === 'require'
          ? `pps = "require", and ${this.#session.pulses.obstacle || 'the receiver gives no pulses'}`
          : '';
    if (obstacle !== '') this.#noTime(obstacle);
    else this.#health('ok', pulseless ? `${sentence}; ${lack}, serial time only` : sentence);
  }

  #noTime(reason: string): void {
    if (this.#reported === reason) return;
    this.#health('degraded', reason);
    this.#context.unreachable(reason);
  }

  #health(state: 'ok' | 'degraded', reason: string): void {
    if (this.#reported === reason) return;
    this.#reported = reason;
    this.#context.health(state, reason);
  }

  #measure(): void {
    const { counters, receiver } = this.#session;
    const { records, malformed, refused } = counters;
    const { pauses } = this.#throttle;
    const counted: Readonly<Record<Counted, number>> = { records, malformed, refused, pauses };
    for (const name of Object.keys(counted) as Counted[]) this.#count[name](counted[name] - this.#counted[name]);
    this.#counted = counted;
    if (receiver?.seen !== undefined) this.#gauge.seen(receiver.seen);
    if (receiver?.used !== undefined) this.#gauge.used(receiver.used);
  }
}
