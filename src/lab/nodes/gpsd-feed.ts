import type { Instant, Ns, TcpConnection, Timer } from '../../api/index.js';
import type { Random } from '../random.js';
import { device, devices, fix, sky, timeOffset, version, watch } from './gpsd-records.js';

export interface ReceiverOptions {
  readonly device: string;
  /** Error of its pulses, reference − truth. */
  readonly offsetNs: Ns;
  /** Standard deviation of a pulse. */
  readonly jitterNs: Ns;
  /** Delay of its serial report after the second. */
  readonly serialDelayNs: Ns;
  readonly serialJitterNs: Ns;
  readonly satellites: number;
  readonly leapSeconds: number;
  readonly pps: boolean;
  /** The device that gpsd names for the pulses, such as /dev/pps0. Default: the receiver itself. */
  readonly pulseDevice?: string;
  /** False for a receiver that never sends an altitude: its fixes are of mode 2. Default true. */
  readonly altitude?: boolean;
}

/** The time and timers around a receiver. */
export interface ReceiverWorld {
  after(delayNs: Ns, handler: () => void): Timer;
  /** Returns true time, and CLOCK_REALTIME of its machine, at the same moment. */
  now(): { readonly truth: Instant; readonly clock: Instant };
}

const S = 1_000_000_000n;
/** Delay of gpsd's report of a pulse. A timer is never early by so much. */
const PULSE_LATENCY_NS = 2_000_000;
/** Number of satellites for a fix with altitude. */
const FULL_FIX = 4;
/** Number of satellites for any fix. */
const ANY_FIX = 3;

/** gpsd with one simulated receiver: each second it sends the pulse, then fix, sky and serial time to its watching clients. */
export class GpsdFeed {
  satellites: number;
  readonly #options: ReceiverOptions;
  readonly #world: ReceiverWorld;
  readonly #random: Random;
  readonly #watching = new Set<TcpConnection>();
  readonly #connections = new Set<TcpConnection>();
  #timer: Timer | undefined;
  #plugged = true;

  constructor(options: ReceiverOptions, world: ReceiverWorld, random: Random) {
    this.#options = options;
    this.#world = world;
    this.#random = random;
    this.satellites = options.satellites;
    this.#awaitSecond();
  }

  accept(connection: TcpConnection): void {
    this.#connections.add(connection);
    let pending = '';
    connection.onClose(() => {
      this.#connections.delete(connection);
      this.#watching.delete(connection);
    });
    connection.onData((chunk) => {
      const commands = `${pending}${new TextDecoder().decode(chunk)}`.split(';');
      // gpsd takes commands of up to 80 characters.
      pending = commands.pop()!.slice(-1024);
      for (const command of commands) this.#command(command, connection);
    });
    send(connection, version());
  }

  /** Plugs the receiver in or out. */
  plug(present: 'plugged' | 'unplugged'): void {
    this.#plugged = present === 'plugged';
    this.#publish(device(this.#options.device, this.#activated()));
  }

  close(): void {
    this.#timer?.cancel();
    for (const connection of this.#connections) connection.close();
  }

  #command(command: string, connection: TcpConnection): void {
    if (command.includes('?VERSION')) send(connection, version());
    if (command.includes('?DEVICES')) send(connection, this.#devices());
    if (!command.includes('?WATCH')) return;
    if (/"enable"\s*:\s*false/.test(command)) {
      this.#watching.delete(connection);
      return;
    }
    send(connection, this.#devices());
    send(connection, watch());
    this.#watching.add(connection);
  }

  #devices(): object {
    const { device: path, pulseDevice } = this.#options;
    const receiver = device(path, this.#activated());
    return devices(pulseDevice === undefined ? [receiver] : [receiver, { class: 'DEVICE', path: pulseDevice }]);
  }

  #awaitSecond(): void {
    const { truth } = this.#world.now();
    const second = (truth / S + 1n) * S;
    this.#timer = this.#world.after(Number(second - truth), () => this.#pulse());
  }

  #pulse(): void {
    const { truth, clock } = this.#world.now();
    const { offsetNs, jitterNs } = this.#options;
    // The timer may be late or early: the edge was at the full second.
    const second = ((truth + S / 2n) / S) * S;
    const edge = clock - (truth - second) + BigInt(Math.round(jitterNs * this.#random.normal() - offsetNs));
    this.#timer = this.#world.after(PULSE_LATENCY_NS, () => this.#reportPulse(second, edge));
  }

  #reportPulse(second: Instant, edge: Instant): void {
    const { device: path, pulseDevice = path, serialDelayNs, serialJitterNs, pps } = this.#options;
    if (pps && this.#plugged && this.satellites >= ANY_FIX)
      this.#publish(timeOffset('PPS', pulseDevice, second, edge, -20));
    const delayNs = serialDelayNs + serialJitterNs * this.#random.normal() - PULSE_LATENCY_NS;
    this.#timer = this.#world.after(Math.max(0, delayNs), () => this.#report(second));
  }

  #report(second: Instant): void {
    const { device: path, leapSeconds, altitude = true } = this.#options;
    const mode = this.satellites >= FULL_FIX && altitude ? 3 : this.satellites >= ANY_FIX ? 2 : 1;
    if (this.#plugged) {
      this.#publish(fix(path, second, mode, leapSeconds));
      this.#publish(sky(path, this.satellites));
      if (mode > 1) this.#publish(timeOffset('TOFF', path, second, this.#world.now().clock, -1));
    }
    this.#awaitSecond();
  }

  #activated(): string | 0 {
    return this.#plugged ? new Date(Number(this.#world.now().clock / 1_000_000n)).toISOString() : 0;
  }

  #publish(record: object): void {
    for (const connection of this.#watching) send(connection, record);
  }
}

const send = (connection: TcpConnection, record: object): void => connection.write(`${JSON.stringify(record)}\r\n`);
