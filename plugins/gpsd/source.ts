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
import { Choice } from './choice.js';
import { claimsOf, claimsOfLonePulses } from './claims.js';
import { config, formatAddress, type GpsdConfig, LOOPBACK } from './config.js';
import { GpsdLink } from './link.js';
import { eventInstant, pulseOf, readingOf, type SampleOptions } from './sample.js';
import { Throttle } from './throttle.js';

/** A receiver gives a pulse and a serial report each second. What comes faster costs the estimate time and tells it nothing. */
const SAMPLES = { perSecond: 4, most: 16 };
/** Sentences that are told as soon as they change; the further ones are told with the next tick. */
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
  readonly #link: GpsdLink;
  readonly #choice: Choice;
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
  #told = '';
  #ticker: Timer | undefined;

  constructor(options: GpsdConfig, context: SourceContext) {
    this.#options = options;
    this.#context = context;
    this.#session = new Session({
      silenceNs: options.timeout,
      ...(options.device === undefined ? {} : { device: options.device }),
      ...(options.pulses === undefined ? {} : { pulses: options.pulses }),
    });
    this.#choice = new Choice(options.pps);
    this.#sampling = { precisionNs: options.precision, serialDelayNs: options['serial-delay'] };
    this.#throttle = new Throttle(context);
    this.#link = new GpsdLink(context, options.address, {
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
      pauses: context.metrics.counter(
        'pauses_total',
        'Times that gpsd was not read for a while, because it sent too much.',
      ),
    };
    this.#gauge = {
      seen: context.metrics.gauge('satellites_seen', 'Satellites in view.'),
      used: context.metrics.gauge('satellites_used', 'Satellites used in the fix.'),
    };
  }

  async start(): Promise<void> {
    this.#link.start();
    this.#tick();
  }

  async stop(): Promise<void> {
    this.#ticker?.cancel();
    this.#throttle.stop();
    this.#link.stop();
  }

  inspect(): Record<string, unknown> {
    const { receiver, release, standing, counters, receivers, pulses } = this.#session;
    return {
      gpsd: formatAddress(this.#options.address),
      release,
      standing: standing.reason,
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
    this.#choice.reset();
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
    if (this.#session.release !== undefined) this.#link.proven();
  }

  #tick(): void {
    this.#ticker = this.#context.after(NS_PER_S, () => this.#tick());
    if (this.#connection === undefined) return;
    const now = this.#context.monotonic();
    this.#perform(this.#session.tick(now));
    this.#tell(now);
    const quietNs = Number(now - this.#lastOctet);
    if (quietNs > 3 * this.#options.timeout)
      this.#link.renew(`gpsd at ${formatAddress(this.#options.address)} has fallen silent`);
    // A living gpsd answers this, whatever its receivers do.
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
        case 'standing':
          this.#changed(this.#context.monotonic());
      }
    }
  }

  #sample({ sample, device, numbered }: SampleAction): void {
    const { receiver } = this.#session;
    const now = this.#context.read('system');
    if (this.#foreign || !this.#choice.takes(sample.class, now.monotonic)) return;
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

  /** A receiver whose sentence changes with each record waits for the tick. */
  #changed(now: Instant): void {
    if (!this.#session.standing.good) this.#choice.reset();
    if (this.#sentences.take(now)) this.#tell(now);
  }

  /** Health and reachability, whenever their sentence changes. */
  #tell(now: Instant): void {
    const { good, reason } = this.#session.standing;
    const remark = this.#throttle.remark(now);
    const sentence = remark === '' ? reason : `${reason}; ${remark}`;
    if (!good) this.#choice.reset();
    const pulseless = this.#options.pps !== 'off' && this.#choice.lacksPulses(now);
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
    if (this.#told === reason) return;
    this.#health('degraded', reason);
    // It claims nothing new: what it said last goes on counting while it is silent, as for any source.
    this.#context.unreachable(reason);
  }

  #health(state: 'ok' | 'degraded', reason: string): void {
    if (this.#told === reason) return;
    this.#told = reason;
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
