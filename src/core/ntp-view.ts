import { createHash } from 'node:crypto';
import type { Instant, Leap, Mode, Ns, NtpView } from '../api/index.js';
import type { Track } from './source.js';

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
/** RFC 5905 §7.3: 16 means unsynchronised. */
const UNSYNCHRONISED = 16;

/** Stratum, refid and root distance to serve (RFC 5905 §7.3): half the root delay and the root dispersion hold the bound. */
export function ntpView(basis: NtpBasis): NtpView {
  const { peer, referenceTime } = basis;
  if (peer === undefined || basis.mode === 'unsynchronised')
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
    stratum: stratumOf(peer) + 1,
    refid: refidOf(peer),
    leap: basis.leap,
    rootDelayNs,
    rootDispersionNs: Math.max(errorNs - rootDelayNs / 2, basis.randomNs, LEAST_DISPERSION_NS),
    referenceTime,
  };
}

/** The stratum of what a track brings: a reference clock of our own is 0. */
export function stratumOf({ source: { claims } }: Track): number {
  if (claims.stratum !== undefined) return Math.min(claims.stratum, UNSYNCHRONISED - 2);
  if (claims.clockClass !== undefined) return claims.clockClass <= 7 ? 1 : 2;
  return 0;
}

/** RFC 5905 §7.3: the server's IPv4 address, four octets of the MD5 of its IPv6 address, or a word for a reference clock. */
function refidOf(track: Track): string {
  const { id, claims } = track.source;
  if (stratumOf(track) === 0) return track.kind === 'pulse' ? 'PPS' : wordFor(id, claims.reference);
  const address = claims.address ?? '';
  const v4 = /^(?:::ffff:|\[::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})\b/i.exec(address);
  if (v4 !== null) return v4[1]!;
  const v6 = /^\[?([0-9a-f:]*:[0-9a-f:]*:[0-9a-f:]*)/i.exec(address);
  return v6 === null
    ? wordFor(id, undefined)
    : [...createHash('md5').update(v6Octets(v6[1]!)).digest().subarray(0, 4)].join('.');
}

function wordFor(id: string, reference: string | undefined): string {
  const type = (reference ?? id.split('.')[0]!).toUpperCase();
  if (/^(GNSS|GPSD?|NMEA)$/.test(type)) return 'GPS';
  return type.replace(/[^A-Z0-9]/g, '').slice(0, 4) || 'LOCL';
}

/** The 16 octets of an IPv6 address. */
function v6Octets(address: string): Uint8Array {
  const [head = '', tail] = address.split('::');
  const words = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((word) => Number.parseInt(word, 16));
  const [front, back] = [words(head), words(tail ?? '')];
  const gap = tail === undefined ? 0 : Math.max(8 - front.length - back.length, 0);
  const all = [...front, ...Array<number>(gap).fill(0), ...back].slice(0, 8);
  return Uint8Array.from(all.flatMap((word) => [word >> 8, word & 0xff]));
}

const finite = (value: Ns): Ns => (Number.isFinite(value) ? value : 16e9);
