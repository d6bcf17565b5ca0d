import type {
  ClockState,
  DetailReport,
  HubEvent,
  HubReport,
  MetricSample,
  Mode,
  ServedClients,
  SourceReport,
  SourceState,
  StatusReport,
  TimeState,
} from 'timehub/api';

/** A fake source: its bias, its noise and its interval. */
interface Pretence {
  readonly id: string;
  readonly state: SourceState;
  readonly reason: string;
  readonly biasNs: number;
  readonly noiseNs: number;
  readonly boundNs: number;
  readonly weight: number;
  readonly periodS: number;
}

const SOURCES: readonly Pretence[] = [
  pretend('pps.gnss', 'combined', 'weight 81 %, 3 sources agree within 300 ns', 0, 40, 400, 0.81, 1),
  pretend('gpsd.gnss', 'numbering', 'names the second for pps.gnss', 84e6, 9e6, 500e6, 0, 1),
  pretend('ptp.eth1', 'combined', 'weight 15 %', 60, 90, 700, 0.15, 1),
  pretend('ntp.lan', 'combined', 'weight 4 %', -350, 420, 9e3, 0.04, 16),
  pretend('nts.ptbtime1', 'agrees', 'too noisy to help, confirms the others', 2.1e3, 9e2, 3.1e6, 0, 64),
  pretend('ntp.pool-2', 'rejected', 'disagrees with 4 others by 41 ms', 41e6, 2e5, 2e6, 0, 64),
  pretend('ntp.pool-3', 'unreachable', 'no answer to the last 8 requests', Number.NaN, Number.NaN, Number.NaN, 0, 0),
  pretend('ntp.spare', 'warming', '2 of 4 observations', 900, 700, 5e6, 0, 300),
];

const FAKE_CLIENTS = Array.from({ length: 1200 }, (_, n) => `192.0.${n >> 8}.${n & 255}`);

/** A fake hub: plausible changing data from a fixed seed, for tests and for work on the page. */
export class FakeHub implements HubReport {
  mode: Mode = 'tracking';
  #seconds = 0;
  #seed = 1;
  #offsetNs = 0;
  #frequencyPpb = -7214;
  #latest = new Map<string, { offsetNs: number; at: number; count: number }>();
  readonly #events: HubEvent[] = [];
  readonly #handlers = new Set<(event: HubEvent) => void>();

  constructor() {
    this.emit({ at: '', kind: 'mode', id: 'hub', severity: 'info', text: 'converging: the first source answers' });
    this.emit({ at: '', kind: 'source', id: 'pps.gnss', severity: 'info', text: 'combined: numbered by gpsd.gnss' });
    this.emit({ at: '', kind: 'mode', id: 'hub', severity: 'info', text: 'tracking: 3 sources agree within 300 ns' });
    this.emit({
      at: '',
      kind: 'source',
      id: 'ntp.pool-2',
      severity: 'warning',
      text: 'rejected: disagrees with 4 others by 41 ms',
    });
    this.emit({
      at: '',
      kind: 'clock',
      id: 'system',
      severity: 'info',
      text: 'stepped by 12 ms',
      code: 'TH_CLOCK_STEPPED',
    });
    this.emit({
      at: '',
      kind: 'source',
      id: 'ntp.pool-3',
      severity: 'warning',
      text: 'unreachable: no answer to the last 8 requests',
      code: 'TH_NTP_SILENT',
    });
  }

  /** Advances the time by one second. */
  advance(): void {
    this.#seconds++;
    this.#frequencyPpb += this.#normal() * 0.05;
    this.#offsetNs = this.#offsetNs * 0.97 + this.#normal() * 12;
    for (const source of SOURCES) {
      if (source.periodS === 0 || this.#seconds % source.periodS !== 0) continue;
      const earlier = this.#latest.get(source.id);
      const offsetNs = this.#offsetNs + source.biasNs + source.noiseNs * this.#normal();
      this.#latest.set(source.id, { offsetNs, at: this.#seconds, count: (earlier?.count ?? 0) + 1 });
    }
  }

  emit(event: HubEvent): void {
    const dated = { ...event, at: this.#date(this.#seconds) };
    this.#events.push(dated);
    for (const handler of this.#handlers) handler(dated);
  }

  state(): TimeState {
    const now = this.monotonic();
    return {
      mode: this.mode,
      reason: this.#reason(),
      modeSince: now - 97_000_000_000_000n,
      monotonic: now,
      clocks: [this.#clock()],
      leap: { pending: 'none', taiMinusUtc: 37, taiKnown: true },
      sources: SOURCES.map((source) => this.#source(source)),
      ntp: { stratum: 1, refid: 'PPS', leap: 'none', rootDelayNs: 0, rootDispersionNs: 420, referenceTime: now },
      ptp: {
        clockClass: 6,
        clockAccuracy: 33,
        offsetScaledLogVariance: 20061,
        timeSource: 32,
        timeTraceable: true,
        frequencyTraceable: true,
      },
    };
  }

  status(): StatusReport {
    const { clocks, sources, ntp, ptp } = this.state();
    const [clock] = clocks;
    return {
      schema: 1,
      version: '0.1.0',
      mode: this.mode,
      reason: this.#reason(),
      modeSince: this.#date(this.#seconds - 97_000),
      uptimeS: 97_200 + this.#seconds,
      host: { name: 'gm-01', stamps: 'kernel', canSteer: true, notes: [] },
      clocks: [{ ...pickClock(clock!), reason: 'steered by the combined estimate' }],
      holdover: { targetErrorNs: 1e6, lastsS: 11_400 },
      leap: { taiMinusUtc: 37, pending: 'none', expires: '2027-06-28T00:00:00Z' },
      ntp: {
        stratum: ntp.stratum,
        refid: ntp.refid,
        rootDelayNs: ntp.rootDelayNs,
        rootDispersionNs: ntp.rootDispersionNs,
      },
      ptp: { clockClass: ptp.clockClass, clockAccuracy: ptp.clockAccuracy, timeSource: ptp.timeSource },
      sources: sources.map((source) => ({
        ...source,
        reach: source.state === 'unreachable' ? 0 : 8,
        lifecycle: 'running',
      })),
      sinks: [
        { id: 'system-clock.main', state: 'running', reason: 'steers the system clock' },
        { id: 'ntp.lan', state: 'running', reason: 'serves at 0.0.0.0:123, 412 clients' },
        { id: 'ptp.eth0', state: 'degraded', reason: 'no hardware stamps on eth0' },
        { id: 'observability.main', state: 'running', reason: 'serves at /run/timehub/timehub.sock' },
      ],
    };
  }

  why(): string {
    return (
      'Steering by pps.gnss (weight 81 %), ptp.eth1 and ntp.lan. Three sources agree within 300 ns. ' +
      'ntp.pool-2 is 41 ms off and is ignored. Holdover would keep the error below 1 µs for about 2 h 10 min.'
    );
  }

  clients(most: number): ServedClients {
    const all = FAKE_CLIENTS.map((client, n) => ({
      ...{ client, sink: 'ntp.lan', version: 4, authentication: n % 3 === 0 ? ('nts' as const) : ('none' as const) },
      ...{
        knownS: this.#seconds,
        ageS: n,
        requests: 1000 - n,
        refused: n % 5,
        intervalS: 64,
        interleaved: n % 4 === 0,
      },
    }));
    return { total: all.length, clients: all.slice(0, most) };
  }

  detail(id: string): DetailReport | undefined {
    const source = this.state().sources.find((one) => one.id === id);
    if (source === undefined) return undefined;
    return {
      instance: { id, kind: 'source', state: 'running', reason: source.reason, restarts: 0 },
      config: { server: '192.0.2.1' },
      inspect: {},
      source,
      recent: [
        {
          kind: 'reading',
          clock: 'system',
          monotonic: this.monotonic(),
          stamp: 'kernel',
          noiseFloorNs: 10,
          offsetNs: 12,
        },
      ],
    };
  }

  events(): readonly HubEvent[] {
    return this.#events;
  }

  metrics(): readonly MetricSample[] {
    const values = [{ labels: { id: 'ntp.lan' }, value: 12345 + this.#seconds }];
    return [{ name: 'timehub_sink_ntp_requests_total', help: 'Requests received.', type: 'counter', values }];
  }

  onEvent(handler: (event: HubEvent) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  monotonic(): bigint {
    return BigInt(this.#seconds + 1000) * 1_000_000_000n;
  }

  #clock(): ClockState {
    return {
      id: 'system',
      scale: 'utc',
      reading: this.unix(),
      monotonic: this.monotonic(),
      offsetNs: this.#offsetNs,
      sigmaNs: 34 + 4 * Math.sin(this.#seconds / 60),
      boundNs: 240,
      boundGrowthPpb: 3,
      majorityBoundNs: 1400,
      majorityBoundGrowthPpb: 3,
      slopePpb: 0.1,
      frequencyPpb: this.#frequencyPpb,
      frequencySigmaPpb: 0.4,
      steered: true,
    };
  }

  #source({ id, state, reason, noiseNs, boundNs, weight }: Pretence): SourceReport {
    const latest = this.#latest.get(id);
    return {
      id,
      state,
      reason,
      offsetNs: latest?.offsetNs ?? Number.NaN,
      sigmaNs: noiseNs,
      boundNs,
      weight,
      ageS: latest === undefined ? Number.NaN : this.#seconds - latest.at,
      observations: latest?.count ?? 0,
      stamp: 'kernel',
    };
  }

  #reason(): string {
    return this.mode === 'holdover' ? 'no source answers' : '3 sources agree within 300 ns';
  }

  /** Returns the clock's reading, an arbitrary day in 2026. */
  unix(): bigint {
    return BigInt(1_795_259_000 + this.#seconds) * 1_000_000_000n;
  }

  #date(seconds: number): string {
    return new Date((1_795_259_000 + seconds) * 1000).toISOString();
  }

  /** Returns a normal random number: the sum of twelve uniform ones from an LCG whose constants fit a double. */
  #normal(): number {
    let sum = -6;
    for (let index = 0; index < 12; index++) {
      this.#seed = (this.#seed * 1_664_525 + 1_013_904_223) % 4_294_967_296;
      sum += this.#seed / 4_294_967_296;
    }
    return sum;
  }
}

function pretend(
  id: string,
  state: SourceState,
  reason: string,
  ...[biasNs, noiseNs, boundNs, weight, periodS]: [number, number, number, number, number]
): Pretence {
  return { id, state, reason, biasNs, noiseNs, boundNs, weight, periodS };
}

const pickClock = ({ id, offsetNs, sigmaNs, boundNs, majorityBoundNs, frequencyPpb, steered }: ClockState) => ({
  id,
  offsetNs,
  sigmaNs,
  boundNs,
  majorityBoundNs: majorityBoundNs ?? Number.POSITIVE_INFINITY,
  frequencyPpb,
  steered,
});
