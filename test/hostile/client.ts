// Run as a program: `client.js CONTROL-SOCKET`, an honest client with its own address. It asks for the time 20 times a second,
// for the status 4 times a second at the control socket, and for a page twice a second at the dashboard's port. Its parent
// begins and ends spans over IPC; for each span it reports the answers.

import { randomBytes } from 'node:crypto';
import { type RequestOptions, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { StatusReport } from 'timehub/api';
import { loadNative } from '../../src/host/native.js';
import { arenaOf, DATAGRAM } from '../../src/host/net/arena.js';
import { realtime } from '../clock.js';
import { DASHBOARD_PORT, HUB_ADDRESS, NTP_PORT, OTHERS_ADDRESS } from './addresses.js';
import type { Order, Span, StatusAnswer } from './span.js';

const NTP_INTERVAL_MS = 50;
const STATUS_INTERVAL_MS = 250;
const STATUS_TIMEOUT_MS = 30_000;
const PAGE_INTERVAL_MS = 500;
/** Maximum time for a page, ms. A person at a browser would not wait longer. */
const PAGE_TIMEOUT_MS = 5000;
const PACKET_OCTETS = 48;
const ORIGIN_TIMESTAMP = 24;
const TRANSMIT_TIMESTAMP = 40;

const controlSocket = process.argv[2]!;
const native = loadNative().native!;

interface Question {
  /** CLOCK_REALTIME, ns. */
  readonly asked: bigint;
  delayMs?: number;
}

/** Asks for the time. The kernel stamps the replies, so that this program's own delays do not count. */
class NtpClient {
  /** Requests by transmit timestamp, in the order of sending. */
  readonly questions = new Map<string, Question>();
  readonly #before = new BigInt64Array(3);
  readonly #socket = native.openUdp(
    { address: OTHERS_ADDRESS, peer: HUB_ADDRESS, peerPort: NTP_PORT },
    (buffer, count) => {
      const arena = arenaOf(buffer);
      for (let record = 0; record < count; record++)
        if (arena.kind(record) === DATAGRAM) this.#hear(arena.payload(record), arena.time(record));
    },
  );

  ask(): void {
    const packet = Buffer.alloc(PACKET_OCTETS);
    packet[0] = (4 << 3) | 3;
    randomBytes(8).copy(packet, TRANSMIT_TIMESTAMP);
    this.questions.set(packet.toString('hex', TRANSMIT_TIMESTAMP), { asked: realtime() });
    native.send(this.#socket, packet, undefined, 0, undefined, this.#before);
  }

  #hear(reply: Uint8Array, received: bigint): void {
    const origin = Buffer.from(reply.subarray(ORIGIN_TIMESTAMP, ORIGIN_TIMESTAMP + 8)).toString('hex');
    const question = this.questions.get(origin);
    if (question !== undefined) question.delayMs = Number(received - question.asked) / 1e6;
  }

  /**
   * Resolves when a request that is sent from now on is answered, because then no earlier one will be, or after `patienceMs`
   * without an answer.
   */
  async isPast(patienceMs: number): Promise<void> {
    const from = realtime();
    const end = performance.now() + patienceMs;
    const isAnswered = () =>
      [...this.questions.values()].some(({ asked, delayMs }) => asked >= from && delayMs !== undefined);
    while (!isAnswered() && performance.now() < end) await pause(NTP_INTERVAL_MS);
  }
}

const ntp = new NtpClient();
let statuses: StatusAnswer[] = [];
let pages = { asked: 0, answered: 0 };
/** The pending request for the status. */
let asking: Promise<void> = Promise.resolve();

/** Asks for the status over a new connection, like `timehub status`. */
async function askStatus(): Promise<void> {
  const begun = performance.now();
  const into = statuses;
  const answer = await getStatus({ socketPath: controlSocket }, STATUS_TIMEOUT_MS).catch((error: Error) => error);
  const delayMs = performance.now() - begun;
  into.push(
    answer instanceof Error
      ? { delayMs, failure: answer.message }
      : { delayMs, mode: answer.mode, sigmaNs: answer.clocks[0]!.sigmaNs, boundNs: answer.clocks[0]!.boundNs },
  );
}

/** Asks for the page like a newly opened browser. */
async function askPage(): Promise<void> {
  const into = pages;
  into.asked++;
  const at = { host: HUB_ADDRESS, port: DASHBOARD_PORT, localAddress: OTHERS_ADDRESS };
  await getStatus(at, PAGE_TIMEOUT_MS).then(
    () => into.answered++,
    () => {},
  );
}

function getStatus(at: RequestOptions, timeout: number): Promise<StatusReport> {
  return new Promise((resolve, reject) => {
    const options = { ...at, path: '/v1/status', headers: { host: 'localhost' }, agent: false, timeout };
    const asked = request(options, async (response) => {
      let text = '';
      try {
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        if (response.statusCode !== 200) throw new Error(`HTTP status ${response.statusCode}`);
        resolve(JSON.parse(text));
      } catch (error) {
        reject(error);
      }
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.on('error', reject).end();
  });
}

async function askAgainAndAgain(ask: () => Promise<void>, intervalMs: number): Promise<never> {
  for (;;) await Promise.all([ask(), pause(intervalMs)]);
}

async function endSpan(patienceMs: number): Promise<Span> {
  const end = realtime();
  const [own, page] = [statuses, pages];
  beginSpan();
  await Promise.all([asking, ntp.isPast(patienceMs)]);
  const questions = [...ntp.questions.values()].filter(({ asked }) => asked < end);
  const delays = questions.flatMap(({ delayMs }) => delayMs ?? []);
  return {
    ...{ ntpDelaysMs: delays, ntpLost: questions.length - delays.length, statuses: own },
    ...{ pagesAsked: page.asked, pagesAnswered: page.answered },
  };
}

function beginSpan(): void {
  statuses = [];
  pages = { asked: 0, answered: 0 };
}

process.on('message', async (order: Order) => {
  if (order.kind === 'begin') {
    beginSpan();
    ntp.questions.clear();
  } else process.send!(await endSpan(order.patienceMs));
});
process.on('disconnect', () => process.exit());

setInterval(() => ntp.ask(), NTP_INTERVAL_MS);
askAgainAndAgain(askPage, PAGE_INTERVAL_MS);
askAgainAndAgain(() => (asking = askStatus()), STATUS_INTERVAL_MS);
