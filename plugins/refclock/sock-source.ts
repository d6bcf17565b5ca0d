import { defineSource, oneOf, type Running, type SourceContext, socketPath, table } from 'timehub/api';
import { decodeSock } from 'timehub/protocol/refclock';
import * as v from 'valibot';
import { SampleIntake } from './sample-intake.js';
import { sampleOptions } from './sample-options.js';

const config = table({
  path: v.pipe(
    socketPath('a path such as "/run/chrony.ttyS0.sock"'),
    v.description(
      'Socket file that the hub makes, where chronyd would: the other program sends its samples there. gpsd, for example, looks for /run/chrony.ttyS0.sock when it opens /dev/ttyS0.',
    ),
  ),
  mode: v.pipe(
    v.optional(oneOf(['0600', '0660', '0666']), '0600'),
    v.description('Mode of the socket file. Every user who may write to it can send samples.'),
  ),
  ...sampleOptions,
});

type SockSourceConfig = v.InferOutput<typeof config>;

export default defineSource<SockSourceConfig>({
  type: 'sock',
  summary: "Takes the samples that programs such as gpsd send to chronyd's SOCK reference clock",
  stability: 'experimental',
  needs: [],
  config,
  create: (options, context) => new SockSource(options, context),
});

class SockSource implements Running<SockSourceConfig> {
  readonly #options: SockSourceConfig;
  readonly #context: SourceContext;
  readonly #intake: SampleIntake;

  constructor(options: SockSourceConfig, context: SourceContext) {
    this.#options = options;
    this.#context = context;
    this.#intake = new SampleIntake(context, { ...options, address: options.path });
  }

  async start(): Promise<void> {
    const { path, mode } = this.#options;
    const socket = this.#context.network.unixDatagram({ path, mode: Number.parseInt(mode, 8) });
    socket.onDatagram(({ payload }) => this.#hear(payload));
    this.#intake.start();
  }

  async stop(): Promise<void> {}

  inspect(): Record<string, unknown> {
    return { socket: this.#options.path, ...this.#intake.inspect() };
  }

  #hear(payload: Uint8Array): void {
    const sample = decodeSock(payload);
    if (typeof sample === 'string') this.#intake.refuse(sample);
    else this.#intake.take(sample);
  }
}
