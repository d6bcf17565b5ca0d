/** Converts hex digits to octets. Blanks are ignored. */
export const octetsOf = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits.replace(/\s/g, ''), 'hex'));

export const hexOf = (octets: Uint8Array): string => Buffer.from(octets).toString('hex');
