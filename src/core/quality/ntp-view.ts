import type { Instant, Leap, Mode, Ns, NtpView } from '../../api/index.js';
import type { SourceTrack } from '../tracks/source.js';
import { statedStratum, UNSYNCHRONISED } from '../tracks/stratum.js';

/** The stratum of a hub that follows a track, and the root delay through that track. */
export interface NtpPeer {
  readonly stratum: number;
  readonly refid: string;
  readonly rootDelayNs: Ns;
}

export interface NtpBasis {
  readonly mode: Mode;
  /** Undefined until a track has carried the estimate. */
  readonly peer: NtpPeer | undefined;
  readonly boundNs: Ns;
  /** The random part of the bound. */
  readonly randomNs: Ns;
  readonly leap: Leap;
  /** UTC of the last update by the peer. */
  readonly referenceTime: Instant;
  /** Stratum of the clock in local mode; undefined while that is off. */
  readonly localStratum: number | undefined;
  readonly now: Instant;
}

/** Error of reading this machine's clock. */
const LEAST_DISPERSION_NS = 1000;
/** Refid of a server's own clock, as chronyd's `local` and ntpd's driver 1 send it. */
const LOCAL_REFID = '127.127.1.1';

/**
 * Returns stratum, refid and root distance to serve (RFC 5905 §7.3). Half the root delay plus the root dispersion is the
 * bound, also in holdover. Half the root delay is never more than the systematic part of the bound.
 */
export function ntpView(basis: NtpBasis): NtpView {
  const { peer, boundNs, randomNs, referenceTime } = basis;
  if (basis.localStratum !== undefined) return localView(basis.localStratum, basis);
  if (peer === undefined || basis.mode === 'unsynchronised' || peer.stratum >= UNSYNCHRONISED)
    return {
      stratum: UNSYNCHRONISED,
      refid: 'INIT',
      leap: 'unknown',
      rootDelayNs: 0,
      rootDispersionNs: finite(boundNs),
      referenceTime,
    };
  const rootDelayNs = Math.min(peer.rootDelayNs, 2 * Math.max(boundNs - randomNs, 0));
  return {
    stratum: peer.stratum,
    refid: peer.refid,
    leap: basis.leap,
    rootDelayNs,
    rootDispersionNs: finite(Math.max(boundNs - rootDelayNs / 2, LEAST_DISPERSION_NS)),
    referenceTime,
  };
}

/** The clock is its own reference: its distance is zero, and it was set at this moment. */
const localView = (stratum: number, { leap, now }: NtpBasis): NtpView => ({
  stratum,
  refid: stratum === 1 ? 'LOCL' : LOCAL_REFID,
  leap,
  rootDelayNs: 0,
  rootDispersionNs: LEAST_DISPERSION_NS,
  referenceTime: now,
});

/** `roundTripNs`: between the hub and the track's source. */
export const ntpPeer = (track: SourceTrack, roundTripNs: Ns): NtpPeer => ({
  stratum: stratumOf(track) + 1,
  refid: refidOf(track),
  rootDelayNs: (track.source.claims.rootDelayNs ?? 0) + Math.max(roundTripNs, 0),
});

/** Returns the stratum of a track's source: 0 for a reference clock of this machine. */
export const stratumOf = ({ source }: SourceTrack): number => statedStratum(source.claims);

/** RFC 5905 §7.3: the server's IPv4 address, four octets of the MD5 of its IPv6 address, or a word for a reference clock. */
function refidOf(track: SourceTrack): string {
  const { id, claims, host } = track.source;
  if (stratumOf(track) === 0) return track.kind === 'pulse' ? 'PPS' : wordFor(id, claims.reference);
  return host.refid ?? wordFor(id, undefined);
}

function wordFor(id: string, reference: string | undefined): string {
  const type = (reference ?? id.split('.')[0]!).toUpperCase();
  if (/^(GNSS|GPSD?|NMEA)$/.test(type)) return 'GPS';
  return type.replace(/[^A-Z0-9]/g, '').slice(0, 4) || 'LOCL';
}

const finite = (value: Ns): Ns => (Number.isFinite(value) ? value : 16e9);
