import { formatDuration, formatOffset, HubError } from '../api/index.js';
import { openHost } from '../host/host.js';
import type { Host } from '../kernel/host.js';
import { formatServer, parseServer } from '../protocol/address/index.js';
import {
  type Answer,
  loopReason,
  type Measurement,
  measure,
  REFUSAL_TEXTS,
  type ReplyRefusal,
  type SymmetricKey,
  withKey,
} from '../protocol/ntp/index.js';
import { DEFAULT_KEY_FILE, KeyFile } from '../toolkit/key-file.js';
import { type NtpOutcome, type NtpRequestOptions, sendNtpRequest } from '../toolkit/ntp-request.js';
import { Refusals } from '../toolkit/refusals.js';
import { EXIT, type ExitStatus } from './exit.js';

interface Sample extends Measurement {
  readonly answer: Answer;
  readonly stamps: string;
}

/** The server answers, but a source would not use its time. `reason` is the end of a sentence about the server. */
interface Useless {
  readonly answer: Answer;
  readonly reason: string;
}

interface Place {
  readonly address: string;
  readonly port: number;
}

interface QueryOptions {
  readonly json?: boolean;
  readonly samples?: string;
  readonly key?: string;
  readonly keyFile?: string;
  readonly ntpVersion?: string;
}

/** The parts of a request that the options of the command decide. */
type Manner = Pick<NtpRequestOptions, 'authentication' | 'v5'>;

/** Poll interval that a request of NTPv5 states, log2 of seconds: that of a source by default. */
const STATED_POLL_LOG2 = 6;
const PATIENCE_NS = 2e9;
/** After silence one more request is sent from an open socket: the server may reply from another address. */
const OPEN_PATIENCE_NS = 1e9;
/** An ICMP error may be old, forged, or of a server that is just starting: it is asked again this much later. */
const AGAIN_NS = 0.25e9;
const MOST_SAMPLES = 16;
const HIGHEST_KEY = 0xffff_ffff;
/** The key file is read once. */
const NO_WATCH = { after: () => ({ cancel() {} }), log: { debug() {}, info() {}, warn() {}, error() {} } };

/** `timehub query <server>`: asks a few times, shows the exchange with the shortest round trip, sets nothing. */
export async function run(server: string, options: QueryOptions): Promise<ExitStatus> {
  const place = parseServer(server);
  const count = Number(options.samples ?? 4);
  if (place === undefined || place.port === 0)
    throw new HubError('TH_CLI_USAGE', `"${server}" is not a server such as "ntp.example.org" or "[2001:db8::1]:123"`);
  if (!Number.isInteger(count) || count < 1 || count > MOST_SAMPLES)
    throw new HubError('TH_CLI_USAGE', `--samples must be from 1 to ${MOST_SAMPLES}`);
  const manner = mannerOf(options);
  const host = openHost();
  try {
    const [address] = await host.network.resolve(place.host);
    const result = await ask(host, { address: address!, port: place.port }, manner, count);
    if ('reason' in result) {
      console.log(
        options.json === true ? JSON.stringify(uselessAsJson(server, result)) : uselessAsText(server, result),
      );
      return EXIT.unsynchronised;
    }
    console.log(options.json === true ? JSON.stringify(asJson(server, result)) : asText(server, result.best));
    return EXIT.synchronised;
  } finally {
    host.close();
  }
}

/** Throws `TH_CLI_USAGE`, `TH_NTP_KEY_FILE`, `TH_NTP_KEY`. */
function mannerOf({ key, keyFile, ntpVersion = '4' }: QueryOptions): Manner {
  if (ntpVersion !== '4' && ntpVersion !== '5') throw new HubError('TH_CLI_USAGE', '--ntp-version must be 4 or 5');
  if (key === undefined) {
    if (keyFile !== undefined) throw new HubError('TH_CLI_USAGE', '--key-file needs --key with the number of the key');
    return ntpVersion === '4' ? {} : { v5: { pollLog2: STATED_POLL_LOG2, filterAt: 0 } };
  }
  if (ntpVersion === '5') throw new HubError('TH_CLI_USAGE', '--key is of NTPv4: leave --ntp-version out');
  return { authentication: withKey(readKey(key, keyFile ?? DEFAULT_KEY_FILE)) };
}

function readKey(text: string, path: string): SymmetricKey {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > HIGHEST_KEY)
    throw new HubError('TH_CLI_USAGE', `--key must be a number from 1 to ${HIGHEST_KEY}, that of a key in ${path}`);
  const keys = new KeyFile(NO_WATCH, path, []);
  keys.read();
  return keys.key(number);
}

/** A measurement may be followed by silence: a server that limits its clients. Rejects with `TH_CLI_NO_REPLY`. */
async function ask(
  host: Host,
  peer: Place,
  manner: Manner,
  count: number,
): Promise<Useless | { readonly best: Sample; readonly samples: number }> {
  const samples: Sample[] = [];
  for (let n = 0; n < count; n++) {
    try {
      const result = await exchange(host, peer, manner);
      if ('reason' in result) return result;
      samples.push(result);
    } catch (error) {
      if (samples.length === 0) throw error;
      break;
    }
  }
  return { best: samples.reduce((a, b) => (b.delayNs < a.delayNs ? b : a)), samples: samples.length };
}

/** Asks until there is a reply, by the rules of the source. Rejects with `TH_CLI_NO_REPLY`. */
export async function exchange(host: Host, peer: Place, manner: Manner = {}): Promise<Sample | Useless> {
  const end = host.monotonic() + BigInt(PATIENCE_NS);
  const leftNs = () => Number(end - host.monotonic());
  const refusals = new Refusals<ReplyRefusal>(REFUSAL_TEXTS);
  while (true) {
    const outcome = await attempt(host, peer, refusals, { ...manner, hears: 'peer', windowNs: leftNs() });
    if (outcome.kind !== 'silence') return judge(host, peer, outcome, refusals);
    if (outcome.cause === undefined) break;
    if (leftNs() < 2 * AGAIN_NS) throw noReply(peer, refusals.sentence ?? outcome.cause, SILENCE_HINT);
    await new Promise<void>((resolve) => host.after(AGAIN_NS, resolve));
  }
  if (refusals.sentence === undefined) {
    const outcome = await attempt(host, peer, refusals, { ...manner, hears: 'anybody', windowNs: OPEN_PATIENCE_NS });
    if (outcome.kind !== 'silence') return judge(host, peer, outcome, refusals);
  }
  if (refusals.sentence !== undefined) throw noReply(peer, refusals.sentence);
  const hint = manner.authentication === undefined ? SILENCE_HINT : KEY_HINT;
  throw noReply(peer, `no reply to 2 requests in ${(PATIENCE_NS + OPEN_PATIENCE_NS) / 1e9} s`, hint);
}

const attempt = (
  host: Host,
  peer: Place,
  refusals: Refusals<ReplyRefusal>,
  options: Manner & Pick<NtpRequestOptions, 'hears' | 'windowNs'>,
): Promise<NtpOutcome> =>
  new Promise((onEnd) => {
    sendNtpRequest(host, {
      ...options,
      peer,
      onError: 'end',
      onRefused: (reason, detail) => refusals.add(reason, detail),
      onEnd,
    });
  });

function judge(
  host: Host,
  peer: Place,
  outcome: Exclude<NtpOutcome, { kind: 'silence' }>,
  refusals: Refusals<ReplyRefusal>,
): Sample | Useless {
  if (outcome.kind === 'unusable') return outcome;
  if (outcome.kind === 'kiss') throw noReply(peer, `it does not want to be asked (kiss of death ${outcome.code})`);
  const { answer, sent, received } = outcome;
  const reason = loopReason(answer, host.network.addresses());
  if (reason !== undefined) return { answer, reason };
  const measured = measure(answer, sent, received);
  if (measured === 'clock-set')
    throw noReply(peer, 'the clock here was set while the reply was under way', 'ask again');
  if (measured === 'contradiction') {
    refusals.add(measured);
    throw noReply(peer, refusals.sentence!);
  }
  return { ...measured, answer, stamps: `${sent.by}/${received.by}` };
}

const SILENCE_HINT = 'is an NTP server at work there, and does a firewall let UDP through?';

const KEY_HINT =
  'does the server have this key with the same type and secret, does it serve NTP, and does a firewall let UDP through?';

const noReply = ({ address, port }: Place, why: string, hint?: string): HubError =>
  new HubError(
    'TH_CLI_NO_REPLY',
    why.startsWith(formatServer(address, port)) ? why : `${formatServer(address, port)} gives no time: ${why}`,
    hint === undefined ? {} : { hint },
  );

const factsOf = ({ version, stratum, reference, leap, rootDelayNs, rootDispersionNs }: Answer) => ({
  version,
  stratum,
  reference,
  leap,
  rootDelayNs,
  rootDispersionNs,
});

const asJson = (server: string, { best, samples }: { readonly best: Sample; readonly samples: number }) => ({
  server,
  synchronised: true,
  offsetNs: best.offsetNs,
  delayNs: best.delayNs,
  stamps: best.stamps,
  samples,
  ...factsOf(best.answer),
});

const uselessAsJson = (server: string, { answer, reason }: Useless) => ({
  server,
  synchronised: false,
  reason: `the server ${reason}`,
  ...factsOf(answer),
});

function asText(server: string, { answer, stamps, offsetNs, delayNs }: Sample): string {
  const distanceNs = delayNs / 2 + answer.rootDelayNs / 2 + answer.rootDispersionNs;
  return [
    `${server}: the clock here is ${formatOffset(offsetNs)}, wrong by at most ${formatDuration(distanceNs)}`,
    `  round trip ${formatDuration(delayNs)}, stamps ${stamps} (sent/received)`,
    `  ${describe(answer)}`,
  ].join('\n');
}

const uselessAsText = (server: string, { answer, reason }: Useless): string =>
  `${server} gives no time: the server ${reason}\n  ${describe(answer)}`;

const describe = ({ version, stratum, reference, leap, rootDelayNs, rootDispersionNs }: Answer): string =>
  `NTPv${version}, stratum ${stratum}${reference === '' ? '' : `, follows ${reference}`}, leap second: ${leap}, root delay ${formatDuration(rootDelayNs)}, root dispersion ${formatDuration(rootDispersionNs)}`;
