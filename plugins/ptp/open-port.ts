import { type ClockId, type Context, HubError } from 'timehub/api';
import type { PortSettings, ReceiverSettings } from 'timehub/protocol/ptp';
import { identityOf, latenciesOf, type PortConfig, profileOfConfig, wishesOf } from './port-config.js';
import { stampingClock, stampNoise } from './stamping.js';
import { openWire, type Wire } from './wire.js';

/** A port that is ready to run: what it is told, and how to open its wire. */
export interface PreparedPort {
  readonly settings: PortSettings & Pick<ReceiverSettings, 'wishes'>;
  readonly hardware: boolean;
  /** What stamps its event messages. */
  readonly clock: ClockId;
  readonly open: () => Wire;
}

/** Throws `TH_NET_INTERFACE`, `TH_PTP_STAMPS`, `TH_PTP_IDENTITY`. */
export function preparePort(context: Context, config: PortConfig, role: 'receiver' | 'transmitter'): PreparedPort {
  const profile = profileOfConfig(config, role);
  const port = context.network.interface(config.interface);
  const clock = stampingClock(context, config, port);
  const hardware = clock !== undefined;
  const identity = identityOf(config, port.mac);
  if (identity === undefined) {
    throw new HubError('TH_PTP_IDENTITY', `${port.name} has no MAC address to make a clock identity of`, {
      hint: 'give one: clock-identity = "001122.fffe.334455"',
    });
  }
  const wishes = role === 'receiver' ? wishesOf(config) : undefined;
  const settings: PreparedPort['settings'] = {
    ...{ profile, identity, minorVersion: config['minor-version'], latencies: latenciesOf(config) },
    ...(wishes === undefined ? {} : { wishes }),
    stampNoiseNs: stampNoise(hardware),
    random: () => new DataView(context.random(4).slice().buffer).getUint32(0) / 2 ** 32,
    peerDelay: { asks: true, answers: true, answersAll: config['answer-common-p2p'] },
  };
  const wire = { interface: port.name, profile, hardware, hardwareClock: virtualClock(config.clock, clock) };
  return { settings, hardware, clock: clock ?? 'system', open: () => openWire(context.network, wire) };
}

/** N of `phc:ptpN`, where it is not the interface's own that was asked for. */
const virtualClock = (wanted: string | undefined, found: string | undefined): number | undefined =>
  wanted === undefined || found === undefined ? undefined : Number(found.replace(/^\D+/, ''));
