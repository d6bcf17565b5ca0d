import type { Trailer } from './extension.js';
import type { SymmetricKey } from './keys/symmetric-key.js';

/**
 * Reason for which a reply is not authentic. `crypto-nak`, `nts-nak`: the server could not verify the request. `unauthenticated`:
 * it has no MAC. `mac`: its MAC is of another key. `nts`: it has no authenticator of the keys of NTS, or is not for this request.
 */
export type AuthenticationFault = 'crypto-nak' | 'unauthenticated' | 'mac' | 'nts-nak' | 'nts';

/** Authenticates the request and the reply of an exchange. */
export interface Authentication {
  /** Returns the request with its authenticator. */
  seal(request: Uint8Array): Uint8Array;
  /** Returns why a reply is not authentic, or undefined. `trailer`: of the reply. */
  faultOf(reply: Uint8Array, trailer: Trailer): AuthenticationFault | undefined;
}

/** Authentication by a symmetric key (RFC 5905 §7.3, §9.2). */
export const withKey = (key: SymmetricKey): Authentication => ({
  seal(request) {
    const sealed = new Uint8Array(request.length + key.macOctets((request[0]! >> 3) & 7));
    sealed.set(request);
    key.sign(sealed, request.length);
    return sealed;
  },
  faultOf(reply, { macLength }) {
    if (macLength === 0) return 'unauthenticated';
    const macAt = reply.length - macLength;
    if (macLength === 4 && reply.subarray(macAt).every((octet) => octet === 0)) return 'crypto-nak';
    return key.verifies(reply, macAt, reply.length) ? undefined : 'mac';
  },
});
