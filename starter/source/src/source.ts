import { defineSource, duration, NS_PER_S, socketPath, table } from 'timehub/api';
import * as v from 'valibot';

/** The table `[source.{{type}}.<name>]`. The descriptions are shown by tools that know the schema. */
const config = table({
  socket: v.pipe(
    socketPath('a path such as "/run/timehub/{{type}}.sock"'),
    v.description('Socket file that the hub makes. A program sends one comparison in each datagram.'),
  ),
  noise: v.pipe(v.optional(duration({ min: '1ns' }), '1ms'), v.description('Standard deviation of one comparison.')),
});

type Config = v.InferOutput<typeof config>;

/** Parses an offset such as "0.000250" (reference − system clock, s). Returns ns, or undefined if the text is invalid. */
export function parseOffset(text: string): number | undefined {
  const seconds = text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(seconds) ? seconds * NS_PER_S : undefined;
}

/** Reports the offset of the system clock that another program measures. */
export default defineSource<Config>({
  type: '{{type}}',
  summary: 'Takes comparisons of the system clock from another program',
  stability: 'experimental',
  needs: [],
  config,
  // create() has no effects: I/O and timers begin in start().
  create({ socket: path, noise }, context) {
    const malformed = context.metrics.counter('malformed_total', 'Datagrams that are no number of seconds.');
    let latestNs: number | undefined;

    const hear = (text: string): void => {
      const offsetNs = parseOffset(text);
      if (offsetNs === undefined) {
        malformed();
        return;
      }
      latestNs = offsetNs;
      context.report({
        claims: { synchronised: true, stratum: 0, reference: 'TEXT', address: path, biasBoundNs: 3 * noise },
        observations: [
          {
            kind: 'reading',
            clock: 'system',
            monotonic: context.monotonic(),
            stamp: 'user',
            noiseFloorNs: noise,
            offsetNs,
          },
        ],
      });
    };

    return {
      async start() {
        const socket = context.network.unixDatagram({ path });
        socket.onDatagram(({ payload }) => hear(new TextDecoder().decode(payload)));
        context.unreachable(`nothing has come to ${path} yet`);
      },
      // The hub closes sockets and timers of the context itself.
      async stop() {},
      inspect: () => ({ socket: path, latestNs }),
    };
  },
});
