import { existsSync, readFileSync } from 'node:fs';
import { readTrailer } from '../../../src/protocol/ntp/index.js';
import {
  cipherOf,
  cookiesIn,
  FIELD_HEAD,
  IDENTIFIER_OCTETS,
  NTS_FIELD,
  readAuthenticator,
} from '../../../src/protocol/nts/index.js';

const ORIGIN_AT = 24;
const HEADER_OCTETS = 48;

/** The output of nts-requests.ts: the number of the cipher, and the key of the replies in hexadecimal digits. */
export interface NtsRequestKeys {
  readonly cipher: number;
  readonly s2c: string;
}

export interface SampleCounts {
  readonly authentic: number;
  readonly forged: number;
}

/**
 * Checks the replies of which the load generator took samples: the identifier of their request, the authenticator, and
 * `cookies` new cookies, none twice.
 */
export function checkSamples(
  files: { readonly file: string; readonly samples: string },
  { cipher: id, s2c }: NtsRequestKeys,
  cookies: number,
): SampleCounts {
  const cipher = cipherOf(id)!;
  const key = Buffer.from(s2c, 'hex');
  const requests = readFileSync(files.file);
  const each = requests.readUInt32BE(0);
  const seen = new Set<string>();
  const isAuthentic = (reply: Buffer): boolean => {
    const request = requests.subarray(4 + reply.readUInt32BE(ORIGIN_AT) * each);
    const identifier = request.subarray(HEADER_OCTETS + FIELD_HEAD, HEADER_OCTETS + FIELD_HEAD + IDENTIFIER_OCTETS);
    const fields = readTrailer(reply, reply.length, 4)?.fields ?? [];
    const [named, authenticator] = [NTS_FIELD.identifier, NTS_FIELD.authenticator].map((type) =>
      fields.find((field) => field.type === type),
    );
    if (named === undefined || authenticator === undefined) return false;
    const at = named.start + FIELD_HEAD;
    if (!reply.subarray(at, at + IDENTIFIER_OCTETS).equals(identifier)) return false;
    const parts = readAuthenticator(reply, authenticator);
    const plaintext = parts && cipher.open(key, parts.nonce, reply.subarray(0, authenticator.start), parts.sealed);
    const fresh = (plaintext && cookiesIn(plaintext)) ?? [];
    for (const cookie of fresh) seen.add(Buffer.from(cookie).toString('latin1'));
    return fresh.length === cookies;
  };
  let [authentic, forged] = [0, 0];
  const all = existsSync(files.samples) ? readFileSync(files.samples) : Buffer.alloc(0);
  for (let at = 0; at < all.length; ) {
    const length = all.readUInt32BE(at);
    if (isAuthentic(all.subarray(at + 4, at + 4 + length))) authentic++;
    else forged++;
    at += 4 + length;
  }
  return { authentic, forged: forged + authentic * cookies - seen.size };
}
