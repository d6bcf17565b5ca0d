/** A sentence of NMEA 0183 with its checksum verified and its fields apart. */
export interface Sentence {
  /** Two letters, such as GP or GN; `P` for a proprietary sentence. */
  readonly talker: string;
  /** Three letters, such as RMC; for a proprietary sentence all that follows the P. */
  readonly type: string;
  /** The fields after the address. An empty field is an empty text. */
  readonly fields: readonly string[];
}

/** `unchecked`: it has no checksum, and one is required. `malformed`: its address is no address. */
export type SentenceFault = 'checksum' | 'unchecked' | 'malformed';

export interface SentenceOptions {
  /** Accept sentences without a checksum, as some old receivers send them. Default: false. */
  readonly allowUnchecked?: boolean;
}

/** Fields that are read of one sentence; GSA and GSV, the longest, have 18 to 21. */
const MOST_FIELDS = 64;

const ADDRESS = /^(?:P[A-Z0-9]{2,10}|[A-Z][A-Z0-9][A-Z0-9]{3})$/;
const CHECKSUM = /^(.*)\*([0-9A-Fa-f]{2}) *$/;

/** Reads a sentence from its `$` to its checksum or last field (NMEA 0183 §5.3). */
export function readSentence(text: string, { allowUnchecked = false }: SentenceOptions = {}): Sentence | SentenceFault {
  if (!text.startsWith('$')) return 'malformed';
  const found = CHECKSUM.exec(text);
  const body = (found?.[1] ?? text.trimEnd()).slice(1);
  if (found !== null && sumOf(body) !== Number.parseInt(found[2]!, 16)) return 'checksum';
  if (found === null && text.includes('*')) return 'checksum';
  if (found === null && !allowUnchecked) return 'unchecked';
  const [address, ...fields] = body.split(',', MOST_FIELDS + 1) as [string, ...string[]];
  if (!ADDRESS.test(address)) return 'malformed';
  const isProprietary = address.startsWith('P') && !PLAIN_P.test(address);
  return isProprietary
    ? { talker: 'P', type: address.slice(1), fields }
    : { talker: address.slice(0, 2), type: address.slice(2), fields };
}

/** PQ is the talker of QZSS in the sentences of some receivers, no proprietary address. */
const PLAIN_P = /^PQG(?:SV|SA|GA|NS|LL)$|^PQ(?:RMC|ZDA)$/;

/** Returns the exclusive or of all characters. */
export function sumOf(body: string): number {
  let sum = 0;
  for (let at = 0; at < body.length; at++) sum ^= body.charCodeAt(at);
  return sum;
}

/** Returns a sentence with `$` and checksum, without line end. `body` has neither. */
export const withChecksum = (body: string): string =>
  `$${body}*${sumOf(body).toString(16).toUpperCase().padStart(2, '0')}`;
