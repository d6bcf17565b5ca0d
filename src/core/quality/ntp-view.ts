import type { Instant, Leap, Mode, Ns, NtpView } from '../../api/index.js';
import { parseServer } from '../../protocol/client-server/address.js';
import { formatRefid, refidOfAddress } from '../../protocol/ntp/refid.js';
import type { Track } from '../source.js';
import { statedStratum, UNSYNCHRONISED } from '../stratum.js';

/** What the NTP view is made of. */
export interface NtpBasis {
  readonly mode: Mode;
  /** The track that names stratum and refid; undefined while there never was one. */
  readonly peer: Track | undefined;
  /** Own round trip to it, ns. */
  readonly peerDelayNs: Ns;
  readonly boundNs: Ns;
  /** The random part of it. */
  readonly randomNs: Ns;
  /** Since a living source last spoke. */
  readonly silenceNs: Ns;
  /** The bound at that moment. */
  readonly boundThenNs: Ns;
  readonly leap: Leap;
  readonly referenceTime: Instant;
}

/** Error growth that RFC 5905 §7.3 (PHI) wants of a clock nobody corrects, ns/s. */
const PHI_PPB = 15_000;
/** What reading our own clock costs. */
const LEAST_DISPERSION_NS = 1000;

/** Stratum, refid and root distance to serve (RFC 5905 §7.3): half the root delay and the root dispersion hold the bound. */
export function ntpView(basis: NtpBasis): NtpView {
  const { peer, referenceTime } = basis;
  const stratum = peer === undefined ? UNSYNCHRONISED : stratumOf(peer) + 1;
  if (peer === undefined || basis.mode === 'unsynchronised' || stratum >= UNSYNCHRONISED)
    return {
      stratum: UNSYNCHRONISED,
      refid: 'INIT',
      leap: 'unknown',
      rootDelayNs: 0,
      rootDispersionNs: finite(basis.boundNs),
      referenceTime,
    };
  const rootDelayNs = (peer.source.claims.rootDelayNs ?? 0) + Math.max(basis.peerDelayNs, 0);
  const grownNs = basis.boundThenNs + (PHI_PPB * basis.silenceNs) / 1e9;
  const errorNs = Math.max(basis.boundNs, grownNs);
  return {
    stratum,
    refid: refidOf(peer),
    leap: basis.leap,
    rootDelayNs,
    rootDispersionNs: Math.max(errorNs - rootDelayNs / 2, basis.randomNs, LEAST_DISPERSION_NS),
    referenceTime,
  };
}

/** The stratum of what a track brings: a reference clock of our own is 0. */
export const stratumOf = ({ source }: Track): number => statedStratum(source.claims);

/** RFC 5905 §7.3: the server's IPv4 address, four octets of the MD5 of its IPv6 address, or a word for a reference clock. */
function refidOf(track: Track): string {
  const { id, claims } = track.source;
  if (stratumOf(track) === 0) return track.kind === 'pulse' ? 'PPS' : wordFor(id, claims.reference);
  const host = parseServer(claims.address ?? '')?.host;
  const refid = host === undefined ? undefined : refidOfAddress(host);
  return refid === undefined ? wordFor(id, undefined) : formatRefid(refid, stratumOf(track) + 1);
}

function wordFor(id: string, reference: string | undefined): string {
  const type = (reference ?? id.split('.')[0]!).toUpperCase();
  if (/^(GNSS|GPSD?|NMEA)$/.test(type)) return 'GPS';
  return type.replace(/[^A-Z0-9]/g, '').slice(0, 4) || 'LOCL';
}

const finite = (value: Ns): Ns => (Number.isFinite(value) ? value : 16e9);
