import { defineSink, duration, HubError, type Running, type SinkContext, socketPath, table } from 'timehub/api';
import { encodeSock } from 'timehub/protocol/refclock';
import * as v from 'valibot';
import { HealthReport, type InstanceHealth } from './health-report.js';
import { hubSample } from './hub-sample.js';
import { ownOutputs } from './own-outputs.js';

const config = table({
  path: v.pipe(
    socketPath('a path such as "/run/chrony/timehub.sock"'),
    v.description('Socket file that chronyd makes: the parameter of its directive "refclock SOCK".'),
  ),
  interval: v.pipe(v.optional(duration({ min: '100ms', max: '1h' }), '1s'), v.description('Interval between samples.')),
});

type SockSinkConfig = v.InferOutput<typeof config>;

export default defineSink<SockSinkConfig>({
  type: 'sock',
  summary: "Gives the hub's time to a chronyd, as a SOCK reference clock",
  stability: 'experimental',
  needs: [],
  config,
  create: (options, context) => new SockSink(options, context),
});

class SockSink implements Running<SockSinkConfig> {
  readonly #options: SockSinkConfig;
  readonly #context: SinkContext;
  readonly #sent: () => void;
  readonly #health: HealthReport;
  #count = 0;

  constructor(options: SockSinkConfig, context: SinkContext) {
    this.#options = options;
    this.#context = context;
    this.#health = new HealthReport(context);
    this.#sent = context.metrics.counter('samples_total', 'Samples sent to chronyd.');
  }

  async start(): Promise<void> {
    const socket = this.#context.network.unixDatagram({});
    const { path, interval } = this.#options;
    ownOutputs(this.#context).add(path);
    const send = (payload: Uint8Array): void => socket.send(payload, path);
    const tick = (): void => {
      this.#context.after(interval, tick);
      this.#health.set(this.#send(send));
    };
    tick();
  }

  async stop(): Promise<void> {
    ownOutputs(this.#context).delete(this.#options.path);
  }

  inspect(): Record<string, unknown> {
    return { socket: this.#options.path, samples: this.#count };
  }

  /** Sends a sample, if the hub has time. Returns what the operator should know. */
  #send(send: (payload: Uint8Array) => void): InstanceHealth {
    const sample = hubSample(this.#context.state(), this.#context.read('system'));
    if (typeof sample === 'string') return { state: 'ok', reason: sample };
    try {
      send(encodeSock(sample));
    } catch (error) {
      // chronyd is not there yet, or starts again and makes a new socket.
      if (!(error instanceof HubError) || error.code !== 'TH_NET_SEND') throw error;
      return { state: 'degraded', reason: `chronyd gets no time: ${error.message}` };
    }
    this.#count++;
    this.#sent();
    return { state: 'ok', reason: `sends samples to ${this.#options.path}` };
  }
}
