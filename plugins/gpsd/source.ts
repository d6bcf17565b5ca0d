import {
  type Claims,
  defineSource,
  type Instant,
  NS_PER_S,
  type Running,
  type SourceContext,
  type TcpConnection,
  type Timer,
} from 'timehub/api';
import { Session, type SessionAction } from 'timehub/protocol/gpsd';
import { Choice } from './choice.js';
import { claimsOf, claimsOfLonePulses } from './claims.js';
import { config, formatAddress, type GpsdConfig, LOOPBACK } from './config.js';
import { Link } from './link.js';
import { eventInstant, pulseOf, readingOf, type SampleOptions } from './sample.js';

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
  readonly #link: Link;
  readonly #choice: Choice;
  readonly #sampling: SampleOptions;
  readonly #count: Readonly<Record<'records' | 'malformed' | 'refused', (by?: number) => void>>;
  readonly #gauge: Readonly<Record<'seen' | 'used', (value: number) => void>>;
  #counted = { records: 0, malformed: 0, refused: 0 };
  #connection: TcpConnection | undefined;
  #lastOctet: Instant = 0n;
  #foreign = false;
  #claimed = '';
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
    this.#link = new Link(context, options.address, {
      up: (connection, peer) => this.#up(connection, peer),
      data: (chunk) => this.#data(chunk),
      down: (reason) => this.#down(reason),
    });
    this.#count = {
      records: context.metrics.counter('records_total', 'Records received from gpsd.'),
      malformed: context.metrics.counter('malformed_lines_total', 'Lines that were no gpsd record.'),
      refused: context.metrics.counter(
        'refused_total',
        'Comparisons not used: no fix, another receiver, an impossible date.',
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
      counters: { ...counters },
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
    this.#connection = undefined;
    this.#noTime(reason);
  }

  #data(chunk: Uint8Array): void {
    this.#lastOctet = this.#context.monotonic();
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
          this.#tell(this.#context.monotonic());
      }
    }
  }

  #sample({ sample, device, numbered }: SampleAction): void {
    const { receiver } = this.#session;
    const now = this.#context.read('system');
    if (this.#foreign || !this.#choice.takes(sample.class, now.monotonic)) return;
    const monotonic = eventInstant(sample, now);
    if (monotonic === undefined) {
      this.#count.refused();
      return;
    }
    const path = receiver === undefined || receiver.path === device ? 'pps' : device;
    const { observation, biasBoundNs } =
      sample.class === 'PPS'
        ? pulseOf(sample, monotonic, this.#sampling, { path, numbered })
        : readingOf(sample, monotonic, this.#sampling);
    this.#claim(receiver === undefined ? claimsOfLonePulses(device, biasBoundNs) : claimsOf(receiver, biasBoundNs));
    this.#context.observe([observation]);
  }

  /** Health and reachability, whenever their sentence changes. */
  #tell(now: Instant): void {
    const { good, reason } = this.#session.standing;
    if (!good) this.#choice.reset();
    const pulseless = this.#options.pps !== 'off' && this.#choice.lacksPulses(now);
    const lack = this.#session.pulses.obstacle || 'no pulses';
    const obstacle = this.#foreign
      ? `gpsd at ${formatAddress(this.#options.address)} stamps with another machine's clock`
      : !good
        ? reason
        : pulseless && this.#options.pps === 'require'
          ? `pps = "require", and ${this.#session.pulses.obstacle || 'the receiver gives no pulses'}`
          : '';
    if (obstacle !== '') this.#noTime(obstacle);
    else this.#health('ok', pulseless ? `${reason}; ${lack}, serial time only` : reason);
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

  #claim(claims: Claims): void {
    const text = JSON.stringify(claims);
    if (text === this.#claimed) return;
    this.#claimed = text;
    this.#context.claim(claims);
  }

  #measure(): void {
    const { counters, receiver } = this.#session;
    const { records, malformed, refused } = counters;
    this.#count.records(records - this.#counted.records);
    this.#count.malformed(malformed - this.#counted.malformed);
    this.#count.refused(refused - this.#counted.refused);
    this.#counted = { records, malformed, refused };
    if (receiver?.seen !== undefined) this.#gauge.seen(receiver.seen);
    if (receiver?.used !== undefined) this.#gauge.used(receiver.used);
  }
}
