import { NO_TIME_FLAGS } from '../../flags.js';
import type { PortIdentity } from '../../identity.js';
import type { Profile } from '../../profile/profile.js';
import { NO_LATENCIES } from '../latency.js';
import { TimeReceiverPort } from '../receiver/receiver-port.js';
import type { PortSettings, ReceiverSettings, TransmitterSettings } from '../settings.js';
import type { GrandmasterData } from '../transmitter/grandmaster-data.js';
import { TimeTransmitterPort } from '../transmitter/transmitter-port.js';
import { portOf } from './messages.js';

export const settingsOf = (
  profile: Profile,
  identity: PortIdentity,
  more: Partial<PortSettings> = {},
): PortSettings => ({
  ...{ profile, identity, minorVersion: 1, latencies: NO_LATENCIES, random: () => 0.5 },
  stampNoiseNs: { hardware: 8, kernel: 1000, user: 1e6 },
  peerDelay: { asks: true, answers: 'all', answersCommon: true },
  ...more,
});

export const receiver = (profile: Profile, n = 5, more: Partial<ReceiverSettings> = {}): TimeReceiverPort =>
  new TimeReceiverPort({ ...settingsOf(profile, portOf(n)), ...more });

/** A grandmaster with clockClass 6 that sends the time of its own clock. */
export function transmitter(
  profile: Profile,
  n = 1,
  data: Partial<GrandmasterData> = {},
  more: Partial<TransmitterSettings> = {},
): TimeTransmitterPort {
  const port = new TimeTransmitterPort({
    ...settingsOf(profile, portOf(n)),
    ptpTimeOf: ({ time }) => time,
    ...more,
  });
  port.setData(dataOf(n, data), 0n);
  return port;
}

export const dataOf = (n: number, data: Partial<GrandmasterData> = {}): GrandmasterData => ({
  ...{ priority1: 128, priority2: 128, timeSource: 0x20, currentUtcOffset: 37, stepsRemoved: 0 },
  quality: { clockClass: 6, accuracy: 0x21, variance: 0x4e5d },
  flags: { ...NO_TIME_FLAGS, ptpTimescale: true, currentUtcOffsetValid: true, timeTraceable: true },
  grandmaster: portOf(n).clock,
  ...data,
});
