import { randomBytes } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';
import {
  BATCH_SLOTS,
  type HandlerDefinition,
  RequestBatch,
  type RequestHandler,
  SLOT_WORDS,
  StampBatch,
} from '../../api/index.js';
import { OwnMarks } from '../../kernel/own-marks.js';
import { loadNative, type Native } from '../native.js';
import { ROUNDS, STOP, type WorkerMessage, type WorkerTask } from './worker-task.js';

/**
 * The program of a worker: receives requests in batches, lets the handler of a plugin answer them, and sends the replies, until
 * it is asked to stop. The thread waits in the addon, so it has no event loop: it sends messages and receives none.
 */

/** Requests that are answered and sent together, as in native/exchange-registry.cc. */
const CHUNK = 4;
/** Longest pause for more requests to come, ns: it saves wake-ups from some 10,000 requests a second on. */
const COALESCE_NS = 200_000;
/** Own addresses that are reported. A machine may have more, such as all of 127.0.0.0/8. */
const MOST_ADDRESSES = 64;
/** Rest between reports of own requests, ns: somebody could send one of them again and again. */
const OWN_REST_NS = 10e6;

/** Finds the requests that the hub must know of. */
class Reports {
  readonly #native: Native;
  readonly #exchange: number;
  readonly #marks: OwnMarks;
  readonly #addresses = new Set<string>();
  /** Earliest report of the next request with a mark. */
  #nextNs = 0;
  /** The own address that was met last, at which most requests come. */
  readonly #last = new Int32Array(4).fill(-1);

  constructor(native: Native, exchange: number, marks: OwnMarks) {
    this.#native = native;
    this.#exchange = exchange;
    this.#marks = marks;
  }

  look(batch: RequestBatch, count: number): void {
    const { words, localsAt, requestsAt, requestOctets } = batch;
    for (let slot = 0; slot < count; slot++) {
      if (!this.#isLast(words, localsAt + 4 * slot)) this.#meet(batch, slot);
      const isOwn = this.#marks.has(words, requestsAt + SLOT_WORDS * slot, requestOctets[slot]!);
      if (!isOwn || batch.monotonicNs < this.#nextNs) continue;
      this.#nextNs = batch.monotonicNs + OWN_REST_NS;
      this.#report(batch, slot);
    }
  }

  #isLast(words: Int32Array, at: number): boolean {
    const last = this.#last;
    return words[at] === last[0] && words[at + 1] === last[1] && words[at + 2] === last[2] && words[at + 3] === last[3];
  }

  #meet(batch: RequestBatch, slot: number): void {
    const at = batch.localsAt + 4 * slot;
    this.#last.set(batch.words.subarray(at, at + 4));
    const key = this.#last.join();
    if (this.#addresses.has(key) || this.#addresses.size >= MOST_ADDRESSES) return;
    this.#addresses.add(key);
    this.#report(batch, slot);
  }

  #report(batch: RequestBatch, slot: number): void {
    const { client, local } = this.#native.requestAddresses(this.#exchange, slot);
    const payload = batch.requests[slot]!.slice(0, batch.requestOctets[slot]!);
    tell({ payload, from: { address: client, port: batch.ports[slot]! }, to: local });
  }
}

const tell = (message: WorkerMessage): void => parentPort!.postMessage(message);

/** Gives the handler the transmit stamps that have come, and sends what is to follow the replies. */
function takeStamps(native: Native, exchange: number, handler: RequestHandler, stamps: StampBatch): void {
  let count: number;
  do {
    count = native.readStamps(exchange);
    if (count === 0 && stamps.lost === 0) return;
    handler.stamped?.(stamps, count);
    const unsent = native.sendFollowUps(exchange, count);
    if (unsent > 0) handler.unsent(unsent);
  } while (count === BATCH_SLOTS);
}

function run(native: Native, handler: RequestHandler, task: WorkerTask): void {
  const { sockets, senders, nextPorts, marks, control } = task;
  const words = new Int32Array(control);
  const batch = new RequestBatch();
  const stamps = senders.length > 0 ? new StampBatch() : undefined;
  const stamping = stamps && { stamps: stamps.memory, senders, nextPorts };
  const exchange = native.openExchange(sockets, batch.memory, stamping);
  const reports = new Reports(native, exchange, new OwnMarks(marks));
  tell('ready');
  while (Atomics.load(words, STOP) === 0) {
    const count = native.receiveRequests(exchange, COALESCE_NS);
    Atomics.add(words, ROUNDS, 1);
    for (let first = 0; first < count; first += CHUNK) {
      const end = Math.min(first + CHUNK, count);
      handler.answer(batch, first, end);
      const unsent = native.sendReplies(exchange, first, end);
      if (unsent > 0) handler.unsent(unsent);
    }
    if (stamps !== undefined) takeStamps(native, exchange, handler, stamps);
    reports.look(batch, count);
  }
  native.closeExchange(exchange);
}

const task = workerData as WorkerTask;
const { native, missing } = loadNative();
if (native === undefined) throw new Error(missing);
const { default: definition } = (await import(task.module)) as { readonly default: HandlerDefinition };
const tools = {
  index: task.index,
  random: (octets: number): Uint8Array => randomBytes(octets),
  aesSiv: native.hasAesSiv() ? native.aesSiv : undefined,
};
run(native, definition.create(task.data, tools), task);
