import type { Instant, PulseChannel, PulseInput, PulseOutput } from '../../api/index.js';
import { errorName } from '../net/net-error.js';
import {
  type Capabilities,
  type PinUse,
  PTP,
  pinArgument,
  pulseInputArgument,
  pulseOutputArgument,
  readEvents,
  readPinName,
} from './codec.js';
import type { PhcDevice } from './device.js';
import { pulseFailed } from './error.js';

/** Interval at which waiting edges are fetched, ms. Each edge carries its time, so a late fetch costs no accuracy. */
const FETCH_MS = 100;
/** Time from the request of an output to its first edge, ns; then rounded up to a whole period. */
const LEAD_NS = 1_500_000_000n;

/** The pins of a clock, and the channels that stamp and make pulses. */
export class PhcPulses {
  readonly #device: PhcDevice;
  readonly #capabilities: Capabilities;
  readonly #lost: (error: unknown) => void;
  readonly #listeners = new Map<number, (edge: Instant) => void>();
  readonly #outputs = new Set<number>();
  #fetching: NodeJS.Timeout | undefined;

  /** `lost` is called when the device no longer answers. */
  constructor(device: PhcDevice, capabilities: Capabilities, lost: (error: unknown) => void) {
    this.#device = device;
    this.#capabilities = capabilities;
    this.#lost = lost;
  }

  /** Names of the pins, by number. */
  pins(): string[] {
    return Array.from({ length: this.#capabilities.pins }, (_, pin) => {
      try {
        return readPinName(this.#device.ioctl(PTP.readPin, pinArgument(pin)));
      } catch {
        return String(pin);
      }
    });
  }

  input(options: PulseInput, handler: (edge: Instant) => void): void {
    const { channel, edge } = options;
    this.#mustExist(channel, this.#capabilities.pulseInputs, 'stamps pulses');
    if (this.#listeners.has(channel)) throw pulseFailed(this.#device.path, `channel ${channel} is in use already`);
    this.#lead(options, 'pulseIn');
    if (this.#listeners.size === 0) this.#device.events();
    try {
      this.#device.ioctl(PTP.pulseInput, pulseInputArgument(channel, edge, 1));
    } catch (error) {
      this.#inputFirst(channel, edge, error);
    }
    this.#listeners.set(channel, handler);
    this.#fetching ??= setInterval(() => this.#fetch(), FETCH_MS);
  }

  output(options: PulseOutput): void {
    const { channel, periodNs, widthNs, phaseNs = 0 } = options;
    this.#mustExist(channel, this.#capabilities.pulseOutputs, 'makes pulses');
    this.#lead(options, 'pulseOut');
    const period = BigInt(Math.round(periodNs));
    try {
      const earliest = this.#device.time() + LEAD_NS;
      const start = (earliest / period + 1n) * period + BigInt(Math.round(phaseNs));
      this.#device.ioctl(PTP.pulseOutput, pulseOutputArgument(channel, start, periodNs, widthNs));
    } catch (error) {
      throw pulseFailed(this.#device.path, `channel ${channel} does not make such pulses`, error);
    }
    this.#outputs.add(channel);
  }

  close(): void {
    clearInterval(this.#fetching);
    for (const channel of this.#listeners.keys())
      this.#quietly(() => this.#device.ioctl(PTP.pulseInputFirst, pulseInputArgument(channel, 'off', 0)));
    for (const channel of this.#outputs)
      this.#quietly(() => this.#device.ioctl(PTP.pulseOutput, pulseOutputArgument(channel, 0n, 0)));
    this.#listeners.clear();
    this.#outputs.clear();
  }

  /** Falls back to the first version of the request for drivers that cannot select an edge: they may stamp both. */
  #inputFirst(channel: number, edge: PulseInput['edge'], first: unknown): void {
    if (!['EINVAL', 'EOPNOTSUPP', 'ENOTSUP', 'ENOTTY'].includes(errorName(first)))
      throw pulseFailed(this.#device.path, `channel ${channel} does not stamp`, first);
    try {
      this.#device.ioctl(PTP.pulseInputFirst, pulseInputArgument(channel, edge, 0));
    } catch (error) {
      throw pulseFailed(this.#device.path, `channel ${channel} does not stamp ${edge} edges`, error);
    }
  }

  #fetch(): void {
    try {
      const records = this.#device.events();
      if (records === undefined) return;
      for (const { channel, time } of readEvents(records)) this.#listeners.get(channel)?.(time);
    } catch (error) {
      clearInterval(this.#fetching);
      this.#lost(error);
    }
  }

  #mustExist(channel: number, count: number, deed: string): void {
    if (channel < count) return;
    const there = count === 0 ? `no channel of it ${deed}` : `it has channels 0 to ${count - 1} that do`;
    throw pulseFailed(this.#device.path, `there is no channel ${channel} that ${deed}; ${there}`);
  }

  #lead({ channel, pin }: PulseChannel, use: PinUse): void {
    if (pin === undefined) return;
    const names = this.pins();
    const number = names.includes(pin) ? names.indexOf(pin) : Number(pin);
    if (!(number in names)) {
      const there = names.length === 0 ? 'its channels are wired' : `there are ${names.join(', ')}`;
      throw pulseFailed(this.#device.path, `there is no pin "${pin}"; ${there}`);
    }
    try {
      this.#device.ioctl(PTP.setPin, pinArgument(number, use, channel));
    } catch (error) {
      throw pulseFailed(this.#device.path, `the pin "${pin}" cannot be led to channel ${channel}`, error);
    }
  }

  #quietly(work: () => void): void {
    try {
      work();
    } catch {
      // The device is gone, and its inputs and outputs with it.
    }
  }
}
