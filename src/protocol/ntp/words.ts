/** Words of 32 bits in a packet, in network order. */

export function putWord(octets: Uint8Array, at: number, word: number): void {
  octets[at] = word >>> 24;
  octets[at + 1] = word >>> 16;
  octets[at + 2] = word >>> 8;
  octets[at + 3] = word;
}

export const getWord = (octets: Uint8Array, at: number): number =>
  ((octets[at]! << 24) | (octets[at + 1]! << 16) | (octets[at + 2]! << 8) | octets[at + 3]!) >>> 0;

/** Compares two NTP timestamps less than 68 years apart, of any eras. */
export function isAfter(seconds: number, fraction: number, thanSeconds: number, thanFraction: number): boolean {
  const ahead = (seconds - thanSeconds) | 0;
  return ahead > 0 || (ahead === 0 && fraction > thanFraction);
}
