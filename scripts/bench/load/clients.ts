/**
 * Clients of a PTP or CSPTP server, N of them in one process, each with an address and a clock identity of its own. Asks as
 * its parent says (IPC) and answers with what came back.
 *
 *   { kind: 'ptp' | 'csptp', clients, rate | inFlight, seconds, syncLog }
 *
 * `rate`: requests a second of each client, sent whether answers come or not. `inFlight`: as many requests under way at any
 * time, for all clients together: what the server can do at most.
 */

import { loadNative } from '../../dist/src/host/native.js';
import { arenaOf, DATAGRAM } from '../../dist/src/host/net/arena.js';
import { REQUEST_OCTETS, request } from '../../dist/src/protocol/csptp/index.js';
import { ALL_PORTS, encode, NO_FLAGS, NO_INTERVAL } from '../../dist/src/protocol/ptp/index.js';
import { addressOf, CSPTP_PORT, EVENT_PORT, GENERAL_PORT, SERVER } from './addresses.mjs';

const { native } = loadNative();
const SYNC = 0;
const _DELAY_REQ = 1;
const FOLLOW_UP = 8;
const DELAY_RESP = 9;
const ANNOUNCE = 11;
const SIGNALING = 12;
const GRANTED_S = 300;
const CLIENT_AT = 26;
const SEQUENCE_AT = 30;
const NUMBERS = 65_536;
/** An answer later than this is none. */
const PATIENCE_NS = 1e9;
const WARM_UP_MS = 1500;
const RENEWAL_MS = 4000;

const port = { clock: '0a00000000000000', port: 1 };
const header = (logInterval) => ({
  ...{ sdoId: 0, minorVersion: 1, domain: 0, flags: { ...NO_FLAGS, unicast: true }, correction: 0n, typeSpecific: 0 },
  ...{ source: port, sequenceId: 0, logInterval },
});

function encoded(message) {
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

const wish = (messageType, logInterval) => ({
  ...{ kind: 'request-unicast', messageType, logInterval, durationS: GRANTED_S },
});
const signaling = (tlvs) => encoded({ kind: 'signaling', header: header(NO_INTERVAL), target: ALL_PORTS, tlvs });

/** What the clients of one load have under way and have had answered. */
class Load {
  #job;
  #event;
  #general;
  #message;
  #target;
  #before = new BigInt64Array(3);
  #base = native.monotonicRaw();
  /** By sequence number: when it was sent, ns; NaN: nothing under way. */
  #sentAt = new Float64Array(NUMBERS).fill(Number.NaN);
  #sequence = 0;
  #oldest = 0;
  #client = 0;
  #underWay = 0;
  #granted = new Set();
  #latencies = [];
  #counts = { asked: 0, answered: 0, unanswered: 0, unsent: 0, syncs: 0, followUps: 0, announces: 0 };

  constructor(job) {
    this.#job = job;
    const isPtp = job.kind === 'ptp';
    this.#message = isPtp ? delayReq() : csptpRequest();
    this.#target = isPtp ? EVENT_PORT : CSPTP_PORT;
    const open = (port) =>
      native.openUdp({ address: '0.0.0.0', port }, (buffer, count) => this.#deliver(arenaOf(buffer), count));
    this.#event = open(EVENT_PORT);
    this.#general = open(GENERAL_PORT);
  }

  async run(tell) {
    if (this.#job.kind === 'ptp') await this.#negotiate();
    await this.#ask(WARM_UP_MS);
    this.#counts = Object.fromEntries(Object.keys(this.#counts).map((name) => [name, 0]));
    this.#latencies = [];
    this.#sentAt.fill(Number.NaN);
    this.#underWay = 0;
    await tell('begin');
    const started = performance.now();
    await this.#ask(this.#job.seconds * 1000);
    const seconds = (performance.now() - started) / 1000;
    const { syncs, followUps } = this.#counts;
    await tell('end');
    await new Promise((resolve) => setTimeout(resolve, PATIENCE_NS / 1e6));
    this.#expire(Number.POSITIVE_INFINITY);
    for (const socket of [this.#event, this.#general]) native.close(socket);
    const sorted = Float64Array.from(this.#latencies).sort();
    const quantile = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] / 1000;
    return { seconds, ...this.#counts, syncs, followUps, p50Us: quantile(0.5), p99Us: quantile(0.99) };
  }

  /** Every client asks until it is granted: Announce, Sync and Delay_Resp. */
  async #negotiate() {
    const { clients } = this.#job;
    const message = this.#wishes();
    for (let tries = 0; this.#granted.size < clients; tries++) {
      if (tries === 50) throw new Error(`${this.#granted.size} of ${clients} clients were granted anything`);
      for (let client = 0, asked = 0; client < clients && asked < 128; client++) {
        if (this.#granted.has(client)) continue;
        asked++;
        message.writeUInt32BE(client, CLIENT_AT - 2);
        native.send(this.#general, message, SERVER, GENERAL_PORT, addressOf(client), this.#before);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  #ask(milliseconds) {
    const { kind, clients, rate, inFlight } = this.#job;
    const started = performance.now();
    let sent = 0;
    let renewed = 0;
    return new Promise((resolve) => {
      const step = () => {
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

  #wishes() {
    const { syncLog = 0, rate = 8 } = this.#job;
    const delayLog = Math.max(-7, -Math.ceil(Math.log2(rate)));
    return signaling([wish(ANNOUNCE, 0), wish(SYNC, syncLog), wish(DELAY_RESP, delayLog)]);
  }

  /** Grants of clients that have not renewed one yet are kept for 10 s. */
  #renew() {
    const message = this.#wishes();
    for (let client = 0; client < this.#job.clients; client++) {
      message.writeUInt32BE(client, CLIENT_AT - 2);
      native.send(this.#general, message, SERVER, GENERAL_PORT, addressOf(client), this.#before);
    }
  }

  #request() {
    const client = this.#client;
    this.#client = (client + 1) % this.#job.clients;
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) % NUMBERS;
    this.#message.writeUInt32BE(client, CLIENT_AT - 2);
    this.#message.writeUInt16BE(sequence, SEQUENCE_AT);
    try {
      native.send(this.#event, this.#message, SERVER, this.#target, addressOf(client), this.#before);
    } catch (error) {
      if (error.errno === undefined) throw error;
      this.#counts.unsent++;
    }
    if (!Number.isNaN(this.#sentAt[sequence])) this.#counts.unanswered++;
    else this.#underWay++;
    this.#sentAt[sequence] = Number(this.#before[1] - this.#base);
    this.#counts.asked++;
  }

  /** Gives up what was sent before. */
  #expire(before) {
    while (this.#oldest !== this.#sequence) {
      const at = this.#sentAt[this.#oldest];
      if (at > before) return;
      if (!Number.isNaN(at)) {
        this.#counts.unanswered++;
        this.#underWay--;
        this.#sentAt[this.#oldest] = Number.NaN;
      }
      this.#oldest = (this.#oldest + 1) % NUMBERS;
    }
  }

  #deliver(arena, count) {
    for (let record = 0; record < count; record++) {
      if (arena.kind(record) === DATAGRAM) this.#take(arena.payload(record), arena.monotonic(record));
    }
  }

  #take(octets, monotonic) {
    const isPtp = this.#job.kind === 'ptp';
    const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength);
    switch (octets[0] & 0x0f) {
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

  #answered(sequence, monotonic) {
    const sent = this.#sentAt[sequence];
    if (Number.isNaN(sent)) return;
    this.#sentAt[sequence] = Number.NaN;
    this.#underWay--;
    this.#counts.answered++;
    this.#latencies.push(Number(monotonic - this.#base) - sent);
  }

  #now() {
    return Number(native.monotonicRaw() - this.#base);
  }
}

const TARGET_AT = 34;
const TLVS_AT = 44;
const GRANT = 5;

/** All TLVs of it are grants that last. */
function isGranted(octets, view) {
  for (let at = TLVS_AT; at + 4 <= octets.length; at += 4 + view.getUint16(at + 2)) {
    if (view.getUint16(at) !== GRANT || view.getUint32(at + 6) === 0) return false;
  }
  return true;
}

process.on('message', async (job) => {
  const tell = (moment) => {
    const heard = new Promise((resolve) => process.once('message', resolve));
    process.send({ moment });
    return heard;
  };
  process.removeAllListeners('message');
  const result = await new Load(job).run(tell);
  process.send({ result });
  process.disconnect();
});
