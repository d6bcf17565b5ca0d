/**
 * Clients of a PTP or CSPTP server, all in one process, each with its own address and clock identity. The parent sends the job
 * (IPC) and receives a `ClientMessage` at the begin and end of the measurement, which it acknowledges, and one with the result.
 */
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { REQUEST_OCTETS, request } from '../../../src/protocol/csptp/index.js';
import { ALL_PORTS, encode, type Message, NO_FLAGS, NO_INTERVAL, type Tlv } from '../../../src/protocol/ptp/index.js';
import { quantile } from '../figures.js';
import { eachDatagram, native } from './addon.js';
import { addressOf, CSPTP_PORT, EVENT_PORT, GENERAL_PORT, SERVER } from './addresses.js';

export interface LoadJob {
  readonly kind: 'ptp' | 'csptp';
  readonly clients: number;
  /** Requests a second of each client, sent whether answers come or not. */
  readonly rate?: number;
  /** Without `rate`: number of pending requests of all clients together. This finds the server's limit. */
  readonly inFlight?: number;
  readonly seconds: number;
  readonly syncLog?: number;
}

const NO_COUNTS = { asked: 0, answered: 0, unanswered: 0, unsent: 0, syncs: 0, followUps: 0, announces: 0 };

export interface LoadResult extends Readonly<typeof NO_COUNTS> {
  readonly seconds: number;
  /** Time until the answer, µs. Undefined if there was none. */
  readonly p50Us: number | undefined;
  readonly p99Us: number | undefined;
}

export type ClientMessage = { readonly moment: 'begin' | 'end' } | { readonly result: LoadResult };

const SYNC = 0;
const FOLLOW_UP = 8;
const DELAY_RESP = 9;
const ANNOUNCE = 11;
const SIGNALING = 12;
const GRANTED_S = 300;
const CLIENT_AT = 26;
const SEQUENCE_AT = 30;
const NUMBERS = 65_536;
/** Maximum time of an answer, ns. A later one does not count. */
const PATIENCE_NS = 1e9;
const WARM_UP_MS = 1500;
const RENEWAL_MS = 4000;

const port = { clock: '0a00000000000000', port: 1 };
const header = (logInterval: number) => ({
  ...{ sdoId: 0, minorVersion: 1, domain: 0, flags: { ...NO_FLAGS, unicast: true }, correction: 0n, typeSpecific: 0 },
  ...{ source: port, sequenceId: 0, logInterval },
});

function encoded(message: Message): Buffer {
  const octets = new Uint8Array(256);
  return Buffer.from(octets.subarray(0, encode(message, octets)));
}

const delayReq = () => encoded({ kind: 'delay-req', header: header(NO_INTERVAL), origin: 0n, tlvs: [] });
const csptpRequest = () =>
  Buffer.from(
    request({
      ...{ sequenceId: 0, domain: 128, dialect: 'plain', wantStatus: true, wantAlternate: false },
      ...{ length: REQUEST_OCTETS, source: port },
    }),
  );

const wish = (messageType: number, logInterval: number): Tlv => ({
  ...{ kind: 'request-unicast', messageType, logInterval, durationS: GRANTED_S },
});
const signaling = (tlvs: readonly Tlv[]): Buffer =>
  encoded({ kind: 'signaling', header: header(NO_INTERVAL), target: ALL_PORTS, tlvs });

/** The requests of one job, and their answers. */
class Load {
  readonly #job: LoadJob;
  readonly #event: number;
  readonly #general: number;
  readonly #message: Buffer;
  readonly #target: number;
  readonly #before = new BigInt64Array(3);
  readonly #base = native.monotonicRaw();
  /** Time of sending by sequence number, ns. NaN: the request is not pending. */
  readonly #sentAt = new Float64Array(NUMBERS).fill(Number.NaN);
  #sequence = 0;
  #oldest = 0;
  #client = 0;
  #underWay = 0;
  readonly #granted = new Set<number>();
  #latencies: number[] = [];
  #counts = { ...NO_COUNTS };

  constructor(job: LoadJob) {
    this.#job = job;
    const isPtp = job.kind === 'ptp';
    this.#message = isPtp ? delayReq() : csptpRequest();
    this.#target = isPtp ? EVENT_PORT : CSPTP_PORT;
    const deliver = eachDatagram((arena, record) => this.#take(arena.payload(record), arena.monotonic(record)));
    const open = (port: number): number => native.openUdp({ address: '0.0.0.0', port }, deliver);
    this.#event = open(EVENT_PORT);
    this.#general = open(GENERAL_PORT);
  }

  async run(tell: (moment: 'begin' | 'end') => Promise<unknown>): Promise<LoadResult> {
    if (this.#job.kind === 'ptp') await this.#negotiate();
    await this.#ask(WARM_UP_MS);
    this.#counts = { ...NO_COUNTS };
    this.#latencies = [];
    this.#sentAt.fill(Number.NaN);
    this.#underWay = 0;
    await tell('begin');
    const started = performance.now();
    await this.#ask(this.#job.seconds * 1000);
    const seconds = (performance.now() - started) / 1000;
    const { syncs, followUps } = this.#counts;
    await tell('end');
    await pause(PATIENCE_NS / 1e6);
    this.#expire(Number.POSITIVE_INFINITY);
    for (const socket of [this.#event, this.#general]) native.close(socket);
    const latenciesUs = this.#latencies.map((ns) => ns / 1000);
    const quantiles = { p50Us: quantile(latenciesUs, 0.5), p99Us: quantile(latenciesUs, 0.99) };
    return { seconds, ...this.#counts, syncs, followUps, ...quantiles };
  }

  /** Lets every client ask for Announce, Sync and Delay_Resp until the server grants them. */
  async #negotiate(): Promise<void> {
    const { clients } = this.#job;
    const message = this.#wishes();
    for (let tries = 0; this.#granted.size < clients; tries++) {
      if (tries === 50) throw new Error(`${this.#granted.size} of ${clients} clients were granted messages`);
      for (let client = 0, asked = 0; client < clients && asked < 128; client++) {
        if (this.#granted.has(client)) continue;
        asked++;
        this.#sendGeneral(message, client);
      }
      await pause(50);
    }
  }

  #ask(milliseconds: number): Promise<void> {
    const { kind, clients, rate, inFlight = 0 } = this.#job;
    const started = performance.now();
    let sent = 0;
    let renewed = 0;
    return new Promise((resolve) => {
      const step = (): void => {
        const elapsed = performance.now() - started;
        if (elapsed >= milliseconds) {
          resolve();
          return;
        }
        this.#expire(this.#now() - PATIENCE_NS);
        if (kind === 'ptp' && elapsed - renewed > RENEWAL_MS) {
          renewed = elapsed;
          this.#renew();
        }
        const due =
          rate === undefined ? inFlight - this.#underWay : Math.floor((elapsed / 1000) * rate * clients) - sent;
        for (let n = 0; n < due; n++) this.#request();
        sent += Math.max(0, due);
        if (rate === undefined) setImmediate(step);
        else setTimeout(step, 1);
      };
      step();
    });
  }

  #wishes(): Buffer {
    const { syncLog = 0, rate = 8 } = this.#job;
    const delayLog = Math.max(-7, -Math.ceil(Math.log2(rate)));
    return signaling([wish(ANNOUNCE, 0), wish(SYNC, syncLog), wish(DELAY_RESP, delayLog)]);
  }

  /** Renews the grants. The server keeps a grant that was never renewed for only 10 s. */
  #renew(): void {
    const message = this.#wishes();
    for (let client = 0; client < this.#job.clients; client++) this.#sendGeneral(message, client);
  }

  #sendGeneral(message: Buffer, client: number): void {
    message.writeUInt32BE(client, CLIENT_AT - 2);
    native.send(this.#general, message, SERVER, GENERAL_PORT, addressOf(client), this.#before);
  }

  #request(): void {
    const client = this.#client;
    this.#client = (client + 1) % this.#job.clients;
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) % NUMBERS;
    this.#message.writeUInt32BE(client, CLIENT_AT - 2);
    this.#message.writeUInt16BE(sequence, SEQUENCE_AT);
    try {
      native.send(this.#event, this.#message, SERVER, this.#target, addressOf(client), this.#before);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).errno === undefined) throw error;
      this.#counts.unsent++;
    }
    if (!Number.isNaN(this.#sentAt[sequence]!)) this.#counts.unanswered++;
    else this.#underWay++;
    this.#sentAt[sequence] = Number(this.#before[1]! - this.#base);
    this.#counts.asked++;
  }

  /** Counts the requests that were sent before as unanswered. */
  #expire(before: number): void {
    while (this.#oldest !== this.#sequence) {
      const at = this.#sentAt[this.#oldest]!;
      if (at > before) return;
      if (!Number.isNaN(at)) {
        this.#counts.unanswered++;
        this.#underWay--;
        this.#sentAt[this.#oldest] = Number.NaN;
      }
      this.#oldest = (this.#oldest + 1) % NUMBERS;
    }
  }

  #take(octets: Uint8Array, monotonic: bigint): void {
    const isPtp = this.#job.kind === 'ptp';
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    switch (octets[0]! & 0x0f) {
      case SYNC:
        this.#counts.syncs++;
        break;
      case FOLLOW_UP:
        this.#counts.followUps++;
        if (!isPtp) this.#answered(view.getUint16(SEQUENCE_AT), monotonic);
        break;
      case DELAY_RESP:
        this.#answered(view.getUint16(SEQUENCE_AT), monotonic);
        break;
      case ANNOUNCE:
        this.#counts.announces++;
        break;
      case SIGNALING:
        if (isGranted(octets, view)) this.#granted.add(view.getUint32(TARGET_AT + 4));
    }
  }

  #answered(sequence: number, monotonic: bigint): void {
    const sent = this.#sentAt[sequence]!;
    if (Number.isNaN(sent)) return;
    this.#sentAt[sequence] = Number.NaN;
    this.#underWay--;
    this.#counts.answered++;
    this.#latencies.push(Number(monotonic - this.#base) - sent);
  }

  #now(): number {
    return Number(native.monotonicRaw() - this.#base);
  }
}

const TARGET_AT = 34;
const TLVS_AT = 44;
const GRANT = 5;

/** Returns whether every TLV grants messages for more than 0 s. */
function isGranted(octets: Uint8Array, view: DataView): boolean {
  for (let at = TLVS_AT; at + 4 <= octets.length; at += 4 + view.getUint16(at + 2)) {
    if (view.getUint16(at) !== GRANT || view.getUint32(at + 6) === 0) return false;
  }
  return true;
}

process.once('message', async (job: LoadJob) => {
  const send = (message: ClientMessage): boolean => process.send!(message);
  const tell = (moment: 'begin' | 'end'): Promise<unknown> => {
    const acknowledged = once(process, 'message');
    send({ moment });
    return acknowledged;
  };
  send({ result: await new Load(job).run(tell) });
  process.disconnect();
});
