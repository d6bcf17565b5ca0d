import { type ClockId, HubError, type ReceiveFilter, type Stamp, type StampOptions } from '../../api/index.js';
import { isConvertedLate } from '../converted-stamps.js';
import type { Native, StampConfig } from '../native.js';
import type { Arena } from './arena.js';
import { clockOf, RECEIVE_FILTERS, readInterface } from './interface.js';
import { because, errorName } from './net-error.js';

/**
 * Hardware stamps are enabled per interface, not per socket, so all programs share one configuration. The hub changes it only
 * where stamps were off, uses one that already fits, and restores what it changed when its last socket closes.
 */

/** The packets to stamp on receipt: PTP over layer 2, PTP over UDP, or all. */
export type Layer = 'l2' | 'l4' | 'all';

/** The use of an interface's hardware stamps by one socket. */
export interface StampGrant {
  readonly clock: ClockId;
  /** The kernel converts the stamps of the interface's own clock to this one. */
  readonly isVirtual: boolean;
  release(): void;
}

type Driver = Pick<Native, 'readInterface' | 'readStampConfig' | 'writeStampConfig'>;

/** HWTSTAMP_TX_*. Modes above ON are for one-step senders and stamp all other packets too. */
const TRANSMIT_OFF = 0;
const TRANSMIT_ON = 1;

/** The filters that fit a layer, in the order of trial: the widest for PTP first, so that another layer can share it. */
const FITTING: Readonly<Record<Layer, readonly ReceiveFilter[]>> = {
  l2: ['ptpv2-event', 'ptpv2-l2-event', 'all'],
  l4: ['ptpv2-event', 'ptpv2-l4-event', 'all'],
  all: ['all'],
};

interface Holding {
  /** One entry per socket. */
  readonly layers: Layer[];
  /** The configuration to restore; undefined: the existing one fitted and was not changed. */
  previous: StampConfig | undefined;
  config: StampConfig;
}

const held = new Map<string, Holding>();

/** Returns the stamp of a record, on the hardware clock or the system clock. */
export function stampOf(arena: Arena, record: number, grant: StampGrant | undefined): Stamp {
  const by = arena.stampedBy(record);
  const clock = by === 'hardware' && grant !== undefined ? grant.clock : 'system';
  return { clock, time: arena.time(record), monotonic: arena.monotonic(record), by };
}

/** Returns true if the stamp is wrong, because its virtual clock has changed since the packet was stamped. */
export const isSpoilt = ({ clock, by, time }: Stamp, grant: StampGrant | undefined): boolean =>
  by === 'hardware' && grant?.isVirtual === true && isConvertedLate(clock, time);

/**
 * Enables the hardware stamps that `options` ask for. Returns undefined if they ask for none. Throws `TH_NET_HWTSTAMP_NONE`,
 * `TH_NET_HWTSTAMP_CONFLICT`, `TH_NET_HWTSTAMP_PRIVILEGE`, `TH_NET_INTERFACE`.
 */
export function grantStamps(
  driver: Driver,
  options: StampOptions & { readonly interface?: string },
  layer: Layer,
): StampGrant | undefined {
  if (options.hardwareStamps !== true) return undefined;
  const { interface: name } = options;
  if (name === undefined) throw new TypeError('hardware stamps need an interface');
  const { phc } = readInterface(driver, name);
  if (phc === undefined) throw none(driver, name, 'it has no hardware clock');
  take(driver, name, layer);
  let released = false;
  return {
    clock: clockOf(options.hardwareClock ?? phc.index),
    isVirtual: options.hardwareClock !== undefined && options.hardwareClock !== phc.index,
    release() {
      if (!released) giveBack(driver, name, layer);
      released = true;
    },
  };
}

function take(driver: Driver, name: string, layer: Layer): void {
  const holding = held.get(name);
  const layers = [...(holding?.layers ?? []), layer];
  const config = holding?.config ?? read(driver, name);
  if (!serves(config, layers)) {
    if (holding === undefined ? !isOff(config) : holding.previous === undefined) throw conflict(driver, name, config);
    const previous = holding?.previous ?? config;
    held.set(name, { layers, previous, config: write(driver, name, layers, config) });
  } else {
    held.set(name, { layers, previous: holding?.previous, config });
  }
}

function giveBack(driver: Driver, name: string, layer: Layer): void {
  const holding = held.get(name);
  if (holding === undefined) return;
  holding.layers.splice(holding.layers.indexOf(layer), 1);
  if (holding.layers.length > 0) return;
  held.delete(name);
  const { previous, config } = holding;
  if (previous === undefined) return;
  try {
    // Another program may have changed it meanwhile, or the interface is gone: then nothing is restored.
    if (!same(read(driver, name), config)) return;
    driver.writeStampConfig(name, previous.transmitType, previous.receiveFilter);
  } catch {}
}

const filterOf = ({ receiveFilter }: StampConfig): ReceiveFilter => RECEIVE_FILTERS[receiveFilter] ?? 'some';
const isOff = (config: StampConfig): boolean => config.transmitType === TRANSMIT_OFF && filterOf(config) === 'none';
const same = (a: StampConfig, b: StampConfig): boolean =>
  a.transmitType === b.transmitType && a.receiveFilter === b.receiveFilter;
const serves = (config: StampConfig, layers: readonly Layer[]): boolean =>
  config.transmitType === TRANSMIT_ON && layers.every((layer) => FITTING[layer].includes(filterOf(config)));

/** Returns the present configuration. A driver that cannot report one counts as off. */
function read(driver: Driver, name: string): StampConfig {
  try {
    return driver.readStampConfig(name);
  } catch (error) {
    if (errorName(error) !== 'ENOTSUP') throw refused(driver, name, error);
    return { transmitType: TRANSMIT_OFF, receiveFilter: 0 };
  }
}

/** Sets the first filter that fits all layers and that the driver accepts. The driver may choose a wider one. */
function write(driver: Driver, name: string, layers: readonly Layer[], before: StampConfig): StampConfig {
  const common = FITTING.l2
    .concat(FITTING.l4)
    .filter((filter) => layers.every((layer) => FITTING[layer].includes(filter)));
  let cause: unknown;
  for (const filter of new Set(common)) {
    try {
      const made = driver.writeStampConfig(name, TRANSMIT_ON, RECEIVE_FILTERS.indexOf(filter));
      if (serves(made, layers)) return made;
      driver.writeStampConfig(name, before.transmitType, before.receiveFilter);
    } catch (error) {
      if (errorName(error) === 'EPERM') throw refused(driver, name, error);
      cause = error;
    }
  }
  throw none(
    driver,
    name,
    `its driver stamps no such packets${cause === undefined ? '' : `: ${because(cause)}`}`,
    cause,
  );
}

/** Returns the error, which is over when the interface's abilities change: some drivers report them only once it is up. */
function none(driver: Driver, name: string, reason: string, cause?: unknown): HubError {
  const look = (): string => {
    try {
      const { up, running, phc } = readInterface(driver, name);
      return `${up} ${running} ${phc?.index}`;
    } catch {
      return 'not there';
    }
  };
  const before = look();
  return new HubError('TH_NET_HWTSTAMP_NONE', `${name} does not stamp in hardware: ${reason}`, {
    cause,
    isOver: () => look() !== before,
    hint: `"ethtool -T ${name}" lists what it supports; with stamps = "auto" or "software" kernel stamps are used instead`,
  });
}

const conflict = (driver: Driver, name: string, config: StampConfig): HubError =>
  new HubError(
    'TH_NET_HWTSTAMP_CONFLICT',
    `another program has set the hardware stamps of ${name} to transmit type ${config.transmitType} and receive filter ${filterOf(config)}, which do not stamp the packets needed here`,
    {
      isOver: () => isOff(read(driver, name)),
      hint: `stop that program (often ptp4l or chronyd); if it has stopped, switch the stamps off with "hwstamp_ctl -i ${name} -t 0 -r 0"`,
    },
  );

function refused(driver: Driver, name: string, cause: unknown): HubError {
  if (errorName(cause) !== 'EPERM') return none(driver, name, because(cause), cause);
  return new HubError('TH_NET_HWTSTAMP_PRIVILEGE', `this process may not switch on the hardware stamps of ${name}`, {
    cause,
    hint: 'give it CAP_NET_ADMIN (systemd: AmbientCapabilities=), or switch them on with hwstamp_ctl before it starts',
  });
}
