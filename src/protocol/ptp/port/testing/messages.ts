import type { Instant, Stamp } from '../../../../api/time.js';
import { type Flags, NO_FLAGS } from '../../flags.js';
import type { PtpHeader } from '../../header.js';
import type { PortIdentity } from '../../identity.js';
import { NO_INTERVAL } from '../../interval.js';
import type { Announce, DelayResp, FollowUp, Sync } from '../../message.js';

export const S = 1_000_000_000n;

/** 001122.fffe.00000n-1 */
export const portOf = (n: number, port = 1): PortIdentity => ({
  clock: `001122fffe${n.toString(16).padStart(6, '0')}`,
  port,
});

export const stampOf = (time: Instant, monotonic: Instant = time): Stamp => ({
  clock: 'system',
  by: 'hardware',
  time,
  monotonic,
});

export const headerOf = (source: PortIdentity, sequenceId: number, more: Partial<PtpHeader> = {}): PtpHeader => ({
  ...{ sdoId: 0, minorVersion: 1, domain: 0, flags: NO_FLAGS, correction: 0n, typeSpecific: 0 },
  ...{ source, sequenceId, logInterval: NO_INTERVAL },
  ...more,
});

export const flagsOf = (flags: Partial<Flags>): Flags => ({ ...NO_FLAGS, ...flags });

export function announceOf(
  source: PortIdentity,
  body: Partial<Announce> = {},
  header: Partial<PtpHeader> = {},
): Announce {
  return {
    kind: 'announce',
    header: headerOf(source, 0, { logInterval: 1, flags: flagsOf({ ptpTimescale: true }), ...header }),
    origin: 0n,
    currentUtcOffset: 37,
    priority1: 128,
    quality: { clockClass: 248, accuracy: 0xfe, variance: 0xffff },
    priority2: 128,
    grandmaster: source.clock,
    stepsRemoved: 0,
    timeSource: 0xa0,
    tlvs: [],
    ...body,
  };
}

export const twoStepSync = (source: PortIdentity, sequenceId: number, more: Partial<PtpHeader> = {}): Sync => ({
  kind: 'sync',
  header: headerOf(source, sequenceId, { logInterval: 0, flags: flagsOf({ twoStep: true }), ...more }),
  origin: 0n,
  tlvs: [],
});

export const oneStepSync = (source: PortIdentity, sequenceId: number, origin: Instant): Sync => ({
  kind: 'sync',
  header: headerOf(source, sequenceId, { logInterval: 0 }),
  origin,
  tlvs: [],
});

export const followUpOf = (
  source: PortIdentity,
  sequenceId: number,
  preciseOrigin: Instant,
  more: Partial<PtpHeader> = {},
): FollowUp => ({ kind: 'follow-up', header: headerOf(source, sequenceId, more), preciseOrigin, tlvs: [] });

export const delayRespOf = (
  source: PortIdentity,
  requesting: PortIdentity,
  sequenceId: number,
  receive: Instant,
  more: Partial<PtpHeader> = {},
): DelayResp => ({
  kind: 'delay-resp',
  header: headerOf(source, sequenceId, { logInterval: 0, ...more }),
  receive,
  requesting,
  tlvs: [],
});
