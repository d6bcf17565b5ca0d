import { formatDuration, formatOffset, HubError, type Ns, type Stamp } from '../api/index.js';
import { openHost } from '../host/host.js';
import type { Host } from '../kernel/host.js';
import { parseServer } from '../protocol/client-server/address.js';
import { type Answer, Exchange, type Measurement, measure } from '../protocol/ntp/index.js';
import { EXIT, type ExitStatus } from './exit.js';

interface Sample extends Measurement {
  readonly answer: Answer;
  readonly stamps: string;
}

interface Place {
  readonly address: string;
  readonly port: number;
}

const PATIENCE_NS = 2e9;
/** An ICMP error may be old, forged, or of a server that is just starting: it is asked again this much later. */
const AGAIN_NS = 0.25e9;
/** How long the kernel's transmit stamp may come after the reply. */
const STAMP_PATIENCE_NS = 5e6;
const MOST_SAMPLES = 16;

/** `timehub query <server>`: asks a few times, shows the exchange with the shortest round trip, sets nothing. */
export async function run(
  server: string,
  options: { readonly json?: boolean; readonly samples?: string },
): Promise<ExitStatus> {
  const place = parseServer(server);
  const count = Number(options.samples ?? 4);
  if (place === undefined)
    throw new HubError('TH_CLI_USAGE', `"${server}" is not a server such as "ntp.example.org" or "[2001:db8::1]:123"`);
  if (!Number.isInteger(count) || count < 1 || count > MOST_SAMPLES)
    throw new HubError('TH_CLI_USAGE', `--samples must be from 1 to ${MOST_SAMPLES}`);
  const host = openHost();
  try {
    const [address] = await host.network.resolve(place.host);
    const samples: Sample[] = [];
    for (let n = 0; n < count; n++) samples.push(await exchange(host, { address: address!, port: place.port }));
    const best = samples.reduce((a, b) => (b.delayNs < a.delayNs ? b : a));
    console.log(options.json === true ? JSON.stringify(asJson(server, best, samples.length)) : asText(server, best));
    return best.answer.stratum < 16 ? EXIT.synchronised : EXIT.unsynchronised;
  } finally {
    host.close();
  }
}

/** Rejects with `TH_CLI_NO_REPLY`. */
export async function exchange(host: Host, peer: Place): Promise<Sample> {
  const end = host.monotonic() + BigInt(PATIENCE_NS);
  while (true) {
    const sample = await attempt(host, peer, Number(end - host.monotonic()));
    if (sample !== 'refused') return sample;
    if (Number(end - host.monotonic()) < 2 * AGAIN_NS) throw noReply(peer, 'refuses: nothing listens there');
    await new Promise<void>((resolve) => host.after(AGAIN_NS, resolve));
  }
}

const noReply = ({ address, port }: Place, why: string): HubError =>
  new HubError('TH_CLI_NO_REPLY', `${address}:${port} ${why}`, {
    hint: 'is an NTP server at work there, and does a firewall let UDP through?',
  });

function attempt(host: Host, peer: Place, patienceNs: Ns): Promise<Sample | 'refused'> {
  const socket = host.network.udp({ peer, family: peer.address.includes(':') ? 6 : 4, transmitStamps: true });
  const { promise, resolve, reject } = withResolvers<Sample | 'refused'>();
  const asked = new Exchange(host.random(8));
  let sent: Stamp | undefined;
  let finish: ((sent: Stamp) => void) | undefined;
  const fail = (why: string) => reject(noReply(peer, why));
  const timers = [host.after(patienceNs, () => fail(`did not reply within ${PATIENCE_NS / 1e9} s`))];
  socket.onNetworkError(() => resolve('refused'));
  socket.onSent((_id, stamp) => {
    sent = stamp;
    finish?.(stamp);
  });
  socket.onDatagram(({ payload, received }) => {
    const verdict = asked.judge(payload);
    if (verdict.kind === 'bogus') return;
    if (verdict.kind === 'kiss') return fail(`sent the kiss code ${verdict.code}: it does not want to be asked`);
    finish = (stamp) => {
      const result = measure(verdict.answer, stamp, received);
      if (typeof result === 'string') fail(`sent a reply that ${result}`);
      else resolve({ ...result, answer: verdict.answer, stamps: `${stamp.by}/${received.by}` });
    };
    if (sent !== undefined || socket.stamps === 'user') finish(sent ?? before);
    else timers.push(host.after(STAMP_PATIENCE_NS, () => finish?.(before)));
  });
  const { before } = socket.send(asked.request);
  return promise.finally(() => {
    for (const timer of timers) timer.cancel();
    socket.close();
  });
}

const asJson = (server: string, { answer, stamps, offsetNs, delayNs }: Sample, samples: number) => ({
  server,
  offsetNs,
  delayNs,
  stamps,
  samples,
  stratum: answer.stratum,
  reference: answer.reference,
  leap: answer.leap,
  rootDelayNs: answer.rootDelayNs,
  rootDispersionNs: answer.rootDispersionNs,
});

function asText(server: string, { answer, stamps, offsetNs, delayNs }: Sample): string {
  const distanceNs = delayNs / 2 + answer.rootDelayNs / 2 + answer.rootDispersionNs;
  return [
    `${server}: the clock here is ${formatOffset(offsetNs)}, wrong by at most ${formatDuration(distanceNs)}`,
    `  round trip ${formatDuration(delayNs)}, stamps ${stamps} (sent/received)`,
    `  stratum ${answer.stratum}, follows ${answer.reference}, leap second: ${answer.leap}, root delay ${formatDuration(answer.rootDelayNs)}, root dispersion ${formatDuration(answer.rootDispersionNs)}`,
  ].join('\n');
}

function withResolvers<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
