import type { Instant, Ns } from '../../api/index.js';
import type { Clocks, Moment } from '../clocks.js';
import { PTP } from '../phc/codec.js';
import type { PhcDevice } from '../phc/device.js';
import { ADJ } from '../timex.js';

/** A simulated kernel with a hardware clock. Time advances by `pass`, and by a little with each reading. */
export class FakeKernel implements Clocks {
  #now: Instant = 5_000_000_000n;
  realtimeOffset: Instant = 1_795_219_200_000_000_000n;

  pass(ns: Ns): void {
    this.#now += BigInt(Math.round(ns));
  }

  raw(): Instant {
    this.pass(20);
    return this.#now;
  }

  moment(): Moment {
    this.pass(60);
    return { realtime: this.#now + this.realtimeOffset, raw: this.#now, monotonic: this.#now };
  }

  slept(): Instant {
    return 0n;
  }

  get now(): Instant {
    return this.#now;
  }
}

export interface FakePhcOptions {
  readonly crossStamps?: boolean;
  readonly pulseInputs?: number;
  readonly pulseOutputs?: number;
  readonly pins?: readonly string[];
  /** Requests that the driver does not support. */
  readonly unknown?: readonly (keyof typeof PTP)[];
}

const MAX_PPB = 1_000_000;
const READ_NS = 200;

/** Answers `struct timex` and `struct ptp_*` as a driver does. */
export class FakePhc implements PhcDevice {
  readonly node = 'ptp7';
  readonly path = '/dev/ptp7';
  readonly name = 'fake';
  readonly obstacle = '';
  readonly kernel: FakeKernel;
  /** All requests, in order. */
  readonly requests: { readonly request: keyof typeof PTP; readonly argument: Uint8Array }[] = [];
  waiting: Uint8Array | undefined;
  closed = false;
  /** Errors of the next calls, in order. */
  fault: string | undefined;
  /** Errors by request. */
  readonly faults = new Map<keyof typeof PTP, string>();
  /** Time that a step loses, ns, as with drivers that read, add and write. */
  stepLossNs = 0;
  /** Time between the reading and the answer, ns. */
  interruptNs = 0;
  readonly #options: FakePhcOptions;
  #time: Instant = 1_795_219_237_000_000_000n;
  #at: Instant;
  #ppb = 0;
  /** Frequency error of its oscillator, ppb. */
  #ownPpb = 7000;

  constructor(kernel: FakeKernel, options: FakePhcOptions = {}) {
    this.kernel = kernel;
    this.#options = options;
    this.#at = kernel.now;
  }

  /** Steps the clock as another program does. */
  shift(ns: Ns): void {
    this.#run();
    this.#time += BigInt(Math.round(ns));
  }

  /** Sets the frequency as another program does. */
  steer(ppb: number): void {
    this.#run();
    this.#ppb = ppb;
  }

  time(): Instant {
    this.#fail();
    this.kernel.pass(READ_NS / 2);
    this.#run();
    this.kernel.pass(READ_NS / 2 + this.interruptNs);
    return this.#time;
  }

  adjust(timex: Uint8Array): Uint8Array {
    this.#fail();
    this.#run();
    const view = new DataView(timex.buffer);
    const modes = view.getUint32(0, true);
    if (modes & ADJ.FREQUENCY) this.#ppb = Number(view.getBigInt64(16, true)) / 65.536;
    if (modes & ADJ.SETOFFSET) {
      this.#time += view.getBigInt64(72, true) * 1_000_000_000n + view.getBigInt64(80, true);
      this.#time -= BigInt(this.stepLossNs);
      this.stepLossNs = 0;
    }
    if (modes === 0) view.setBigInt64(16, BigInt(Math.round(this.#ppb * 65.536)), true);
    return timex;
  }

  ioctl(number: number, argument: Uint8Array): Uint8Array {
    this.#fail();
    const request = (Object.keys(PTP) as (keyof typeof PTP)[]).find((name) => PTP[name] === number)!;
    this.requests.push({ request, argument: argument.slice() });
    const fault = this.#options.unknown?.includes(request) ? 'EOPNOTSUPP' : this.faults.get(request);
    if (fault !== undefined) throw Object.assign(new Error('ioctl'), { code: fault });
    this.#answer(request, new DataView(argument.buffer));
    return argument;
  }

  events(): Uint8Array | undefined {
    this.#fail();
    const records = this.waiting;
    this.waiting = undefined;
    return records;
  }

  close(): void {
    this.closed = true;
  }

  #answer(request: keyof typeof PTP, view: DataView): void {
    const { crossStamps = false, pulseInputs = 0, pulseOutputs = 0, pins = [] } = this.#options;
    if (request === 'capabilities') {
      const values = [MAX_PPB, 0, pulseInputs, pulseOutputs, 0, pins.length, crossStamps ? 1 : 0];
      for (const [i, value] of values.entries()) view.setInt32(4 * i, value, true);
    } else if (request === 'precise') {
      this.#run();
      this.#write(view, 0, this.#time);
      this.#write(view, 16, this.kernel.now + this.kernel.realtimeOffset);
    } else if (request === 'extended' || request === 'basic') {
      const samples = view.getUint32(0, true);
      const stride = request === 'extended' ? 48 : 32;
      for (let i = 0; i < samples; i++) this.#bracket(view, 16 + i * stride, i === 1 ? 300 : 900);
    } else if (request === 'readPin') {
      const name = pins[view.getUint32(64, true)] ?? '';
      for (let i = 0; i < name.length; i++) view.setUint8(i, name.charCodeAt(i));
    }
  }

  /** The clock is read in the middle of the bracket. */
  #bracket(view: DataView, offset: number, widthNs: Ns): void {
    const system = () => this.kernel.now + this.kernel.realtimeOffset;
    this.#write(view, offset, system());
    this.kernel.pass(widthNs / 2);
    this.#run();
    this.#write(view, offset + 16, this.#time);
    this.kernel.pass(widthNs / 2);
    this.#write(view, offset + 32, system());
  }

  #write(view: DataView, offset: number, time: Instant): void {
    view.setBigInt64(offset, time / 1_000_000_000n, true);
    view.setUint32(offset + 8, Number(time % 1_000_000_000n), true);
  }

  #run(): void {
    const elapsed = this.kernel.now - this.#at;
    this.#time += elapsed + BigInt(Math.round(Number(elapsed) * (this.#ownPpb + this.#ppb) * 1e-9));
    this.#at = this.kernel.now;
  }

  #fail(): void {
    if (this.fault !== undefined) throw Object.assign(new Error('call'), { code: this.fault });
  }
}
