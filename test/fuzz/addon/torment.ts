import { setImmediate as turn } from 'node:timers/promises';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { RequestBatch, StampBatch } from '../../../src/api/index.js';
import { Arena } from '../../../src/host/net/arena.js';
import { Random } from '../random.js';
import { type Call, loadAddon } from './addon.js';
import { ADDRESSES, disturb, MACS, Sentinel, strangeValue } from './values.js';

/**
 * Calls the addon in every wrong way while there is traffic on the loopback: `torment.js SEED SEQUENCES CALLS`. Prints, for
 * each function, the number of calls that succeeded and were refused. A fault ends the process; its parent looks for that.
 */
const ETHER_TYPE = 0x88f7;
const MESSAGE_OCTETS = 54;
const BATCH_OCTETS = new RequestBatch().memory.byteLength;
const STAMP_OCTETS = new StampBatch().memory.byteLength;
/** Place of the tickets in a batch, octets. */
const TICKETS_AT = 64;
const SLOTS = 64;

const addon = loadAddon();
/** `exitWithin` ends the process, as a fault does. */
const FUNCTIONS = Object.keys(addon).filter((name) => name !== 'exitWithin');
const counts = new Map<string, { done: number; refused: number }>();
let delivered = 0;

class Torment {
  readonly #random: Random;
  readonly #sockets: { readonly id: number; readonly kind: string }[] = [];
  readonly #responders: number[] = [];
  readonly #servers: number[] = [];
  readonly #exchanges: number[] = [];
  readonly #moment = new BigInt64Array(3);
  #port = 0;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  async run(calls: number): Promise<void> {
    for (let i = 0; i < calls; i++) {
      this.#act();
      if (this.#random.below(4) === 0) await turn();
    }
    // Most sockets are closed here; the end of the thread closes the rest.
    while (this.#sockets.length > 0) this.#call('close', this.#sockets.pop()!.id);
    while (this.#exchanges.length > 0) this.#call('closeExchange', this.#exchanges.pop());
    while (this.#servers.length > 0) this.#call('closeServerSocket', this.#servers.pop());
    while (this.#responders.length > 0) this.#call('closePdelay', this.#responders.pop());
    await turn();
  }

  #act(): void {
    const random = this.#random;
    const kind = random.below(100);
    if (kind < 30) this.#send();
    else if (kind < 45) this.#open();
    else if (kind < 50) this.#close();
    else if (kind < 52) this.#answerPdelay();
    else if (kind < 54) this.#call('closePdelay', this.#responders.splice(0, 1)[0]);
    else if (kind < 60) this.#exchange();
    else if (kind < 75) this.#callStrangely();
    else this.#ask();
  }

  #ask(): void {
    const random = this.#random;
    this.#call('local', this.#anySocket('openUdp'));
    this.#call('readMoment', this.#moment);
    this.#call('readPdelay', random.below(2) === 0 ? this.#responders[0] : random.below(5));
    const name = random.pick(['readInterface', 'readStampConfig', 'monotonicRaw', 'slept', 'readTimex']);
    this.#call(name, random.pick(['lo', 'no-such', 'x'.repeat(15)]));
  }

  /** Calls any function with any values. Apart from the loopback, interfaces have names that no machine has. */
  #callStrangely(): void {
    const random = this.#random;
    const name = random.pick(FUNCTIONS);
    const values = Array.from({ length: random.below(8) }, () =>
      random.below(4) === 0 ? this.#anySocket('openUdp') : strangeValue(random),
    );
    this.#keep(name, this.#call(name, ...values));
  }

  #open(): void {
    const random = this.#random;
    const options = this.#udpOptions();
    const callback = random.below(20) === 0 ? strangeValue(random) : this.#callback;
    const kind = random.below(6);
    if (kind === 0)
      this.#keep('openEthernet', this.#call('openEthernet', this.#disturb(this.#ethernetOptions()), callback));
    else if (kind === 1) this.#keep('openUnix', this.#call('openUnix', this.#path(), 0o600, callback));
    else if (kind === 2) this.#keep('watchLinks', this.#call('watchLinks', callback));
    else {
      const id = this.#call('openUdp', this.#disturb(options), callback);
      this.#keep('openUdp', id);
      const local = typeof id === 'number' ? (this.#call('local', id) as { port: number } | undefined) : undefined;
      this.#port = local?.port ?? this.#port;
    }
  }

  #disturb = (options: object): object => disturb(options, this.#random, () => this.#close());

  #udpOptions(): object {
    const random = this.#random;
    const address = random.pick(ADDRESSES);
    const peer = random.below(4) === 0 ? { peer: address, peerPort: this.#port || 9 } : {};
    const bound =
      random.below(4) === 0
        ? { interface: 'lo', groups: [address.includes(':') ? 'ff0e::181' : '224.0.1.129'], multicastTtl: 0 }
        : {};
    return { address, port: 0, ...peer, ...bound, transmitStamps: random.below(2) === 0, reuse: true, dscp: 46 };
  }

  #ethernetOptions(): object {
    const groups = [MACS[0], MACS[1]];
    return { interface: 'lo', etherType: ETHER_TYPE, groups, transmitStamps: this.#random.below(2) === 0 };
  }

  #answerPdelay(): void {
    if (this.#responders.length > 1) return;
    const message = (): Uint8Array => new Uint8Array(MESSAGE_OCTETS).fill(0x12, 0, 2);
    const answers = this.#disturb({ response: message(), followUp: message(), ingressNs: 0, egressNs: 0 });
    const overUdp = this.#random.below(2) === 0;
    const name = overUdp ? 'answerPdelayOverUdp' : 'answerPdelayOverEthernet';
    const socket = overUdp ? this.#udpOptions() : this.#ethernetOptions();
    const id = this.#call(
      name,
      this.#disturb({ ...socket, transmitStamps: true }),
      overUdp ? '127.0.0.1' : MACS[1],
      answers,
    );
    this.#keep(name, id);
  }

  /** Opens server sockets and exchanges, sends requests to them, and answers some in right and wrong ways. */
  #exchange(): void {
    const random = this.#random;
    if (this.#servers.length < 3 || random.below(8) === 0) {
      const address = random.pick(['127.0.0.1', '0.0.0.0', '::1']);
      const wishes = {
        join: random.below(4) === 0,
        transmitStamps: random.below(2) === 0,
        deaf: random.below(8) === 0,
      };
      const id = this.#call('openServerSocket', this.#disturb({ address, port: 0, ...wishes }));
      if (typeof id === 'number') this.#servers.push(id);
      if (this.#servers.length > 6) this.#call('closeServerSocket', this.#servers.shift());
    }
    const memory = new ArrayBuffer(BATCH_OCTETS);
    if (this.#exchanges.length < 2 || random.below(8) === 0) {
      const given = random.below(8) === 0 ? strangeValue(random) : memory;
      const stamps = random.pick([undefined, new ArrayBuffer(STAMP_OCTETS), strangeValue(random)]);
      const nextPorts = random.pick([[], [random.pick(this.#servers)], [1, 2]]);
      const senders = random.pick([[], [random.pick(this.#servers)], [1, 2]]);
      const stamping = random.pick([undefined, this.#disturb({ stamps, senders, nextPorts })]);
      const id = this.#call('openExchange', [random.pick(this.#servers)], given, stamping);
      if (typeof id === 'number') this.#exchanges.push(id);
      if (this.#exchanges.length > 4) this.#call('closeExchange', this.#exchanges.shift());
      if (random.below(8) === 0) structuredClone(memory, { transfer: [memory] });
      else new Int32Array(memory).fill(random.pick([0, 48, -1, 2 ** 30]), 16, 400);
    }
    const socket = random.pick(this.#servers);
    this.#call('requestAddresses', random.pick(this.#exchanges), random.below(66));
    this.#call('sendReplies', random.pick(this.#exchanges), random.below(4), random.below(66));
    this.#call('readStamps', random.pick(this.#exchanges));
    this.#call('sendFollowUps', random.pick(this.#exchanges), random.below(66));
    this.#call('steerByClient', socket, random.below(66));
    if (random.below(4) === 0) this.#answerRequests();
  }

  /** Sends requests to an exchange, and replies of any length. */
  #answerRequests(): void {
    const random = this.#random;
    const transmitStamps = random.below(2) === 0;
    const socket = this.#call('openServerSocket', { address: '127.0.0.1', port: 0, transmitStamps });
    const { port } = this.#call('serverSocketAddress', socket) as { port: number };
    const memory = new ArrayBuffer(BATCH_OCTETS);
    const stamps = new ArrayBuffer(STAMP_OCTETS);
    const stamping = transmitStamps ? { stamps, senders: [socket], nextPorts: [] } : undefined;
    const exchange = this.#call('openExchange', [socket], memory, stamping) as number;
    const client = this.#call('openUdp', { address: '127.0.0.1' }, () => {});
    for (let i = random.below(70); i >= 0; i--)
      this.#call(
        'send',
        client,
        random.octets(random.pick([0, 48, 1500, 1601])),
        '127.0.0.1',
        port,
        undefined,
        this.#moment,
      );
    const count = this.#call('receiveRequests', exchange, random.pick([0, 1000])) as number;
    const wordsAt = (TICKETS_AT + 8 * SLOTS) / 4;
    new Int32Array(memory).fill(random.pick([0, 48, 1600, 1601, -1, 2 ** 31 - 1]), wordsAt, wordsAt + 2 * SLOTS);
    new Float64Array(memory, TICKETS_AT, SLOTS).fill(random.pick([0, 1, -1, 2 ** 52, Number.NaN]));
    if (random.below(4) === 0) structuredClone(memory, { transfer: [memory] });
    this.#call('sendReplies', exchange, 0, count);
    if (transmitStamps) this.#followReplies(exchange, stamps);
    this.#call('requestAddresses', exchange, count - 1);
    this.#call('close', client);
    this.#call('closeServerSocket', socket);
    if (random.below(2) === 0) this.#call('closeExchange', exchange);
  }

  /** Reads stamps, and sends follow-ups of any length to any port. */
  #followReplies(exchange: number, stamps: ArrayBuffer): void {
    const random = this.#random;
    const read = this.#call('readStamps', exchange) as number;
    const wordsAt = (TICKETS_AT + 8 * SLOTS) / 4;
    // Clocks, stamps, ports, senders and lengths.
    new Int32Array(stamps).fill(random.pick([0, 1, 44, 64, 65, -1, 65535, 2 ** 31 - 1]), wordsAt, wordsAt + 6 * SLOTS);
    if (random.below(4) === 0) structuredClone(stamps, { transfer: [stamps] });
    this.#call('sendFollowUps', exchange, read);
    this.#call('sendFollowUps', exchange, read + 1);
    this.#call('readStamps', exchange);
  }

  #send(): void {
    const random = this.#random;
    const payload = random.octets(random.pick([0, 1, 44, 48, 54, 68, 1500]));
    if (payload.length >= MESSAGE_OCTETS) payload.set([0x12, 2, 0, payload.length & 0xff]);
    const kind = random.below(8);
    const socket = this.#anySocket(kind < 5 ? 'openUdp' : kind < 7 ? 'openEthernet' : 'openUnix');
    for (let i = random.below(8); i >= 0; i--) {
      const port = random.below(8) === 0 ? 9 : this.#port;
      if (kind < 5)
        this.#call(
          'send',
          socket,
          payload,
          kind === 0 ? undefined : random.pick(ADDRESSES),
          port,
          undefined,
          this.#moment,
        );
      else if (kind < 7) this.#call('sendEthernet', socket, payload, random.pick(MACS), this.#moment);
      else this.#call('sendUnix', this.#path(), payload, random.below(2) === 0 ? undefined : socket);
    }
  }

  #path = (): string => this.#random.pick([`@timehub-fuzz-${process.pid}`, '@x', '/no/such/folder/s', 'x'.repeat(108)]);

  /** Returns mostly an id that this call opened. */
  #anySocket(opener: string): number {
    const fitting = this.#sockets.filter(({ kind }) => kind === opener);
    const among = this.#random.below(8) === 0 ? this.#sockets : fitting;
    return among.length > 0 && this.#random.below(16) > 0 ? this.#random.pick(among).id : this.#random.below(9);
  }

  #close(): void {
    const random = this.#random;
    if (this.#sockets.length > 0)
      this.#call('close', this.#sockets.splice(random.below(this.#sockets.length), 1)[0]!.id);
  }

  #keep(name: string, id: unknown): void {
    if (typeof id !== 'number' || !/^(open|watch|answer)/.test(name)) return;
    if (name.startsWith('answer')) this.#responders.push(id);
    else this.#sockets.push({ id, kind: name });
    if (this.#sockets.length > 12) this.#close();
  }

  /** Reads a whole batch, and does in the middle of it things that a handler may do. */
  #callback = (buffer: ArrayBuffer, count: number): void => {
    const arena = new Arena(buffer);
    for (let record = 0; record < count; record++) {
      delivered++;
      if (arena.kind(record) === 0) checksum(arena.payload(record));
      if (arena.from(record).length > 112 || arena.to(record).length > 64) throw new Error('a text beyond its field');
      arena.stampedBy(record);
    }
    const kind = this.#random.below(30);
    if (kind < 3) this.#close();
    else if (kind === 3) structuredClone(buffer, { transfer: [buffer] });
    else if (kind === 4) this.#send();
    else if (kind === 5) this.#open();
    else if (kind === 6) throw new Sentinel();
  };

  #call(name: string, ...values: readonly unknown[]): unknown {
    const count = counts.get(name) ?? { done: 0, refused: 0 };
    counts.set(name, count);
    try {
      const result = (addon[name] as Call)(...values);
      count.done++;
      return result;
    } catch (error) {
      count.refused++;
      const known =
        error instanceof Sentinel || error instanceof TypeError || (error instanceof Error && 'errno' in error);
      if (!known) throw new Error(`${name} threw ${String(error)}`, { cause: error });
      return undefined;
    }
  }
}

let sum = 0;

/** Reads each octet, as a caller would. */
function checksum(octets: Uint8Array): void {
  for (const octet of octets) sum = (sum + octet) | 0;
}

process.on('uncaughtException', (error) => {
  if (error instanceof Sentinel) return;
  console.error(error);
  process.exit(3);
});

const [seed, sequences, calls] = (isMainThread ? process.argv.slice(2) : (workerData as string[])).map(Number) as [
  number,
  number,
  number,
];
for (let i = 0; i < sequences; i++) await new Torment(seed + i).run(calls);
if (isMainThread) {
  await inWorkers();
  console.log(JSON.stringify({ delivered, sum: sum !== 0, calls: Object.fromEntries(counts) }));
  process.exit(0);
} else {
  // Another thread ends this one while all sockets are open.
  for (let i = 0; i < 3; i++) addon.openUdp!({ address: '127.0.0.1' }, () => undefined);
  parentPort!.postMessage('ready');
}

/** Starts threads that end while their sockets are open. */
async function inWorkers(): Promise<void> {
  for (let i = 0; i < 4; i++) {
    const worker = new Worker(new URL(import.meta.url), { workerData: [seed + 1000 + i, 2, calls] });
    await new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject));
    await worker.terminate();
  }
}
