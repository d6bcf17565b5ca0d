import type { AesSiv } from 'timehub/api';
import { type CookieKey, CookieKeySet, NtsOperations, protectReply, readNtsQuestion } from 'timehub/protocol/nts';

/** The kind of a request and its reply, by its counter. `plain`: without NTS. `nts_ignored`: malformed, so there is no reply. */
export type NtsReplyKind = 'plain' | 'nts_replies' | 'nts_naks' | 'nts_ignored';

/** Adds NTS to the replies of the NTP server (RFC 8915 §5.7): a pure step after `respond`. */
export class NtsReplies {
  readonly #random: (octets: number) => Uint8Array;
  readonly #aesSiv: AesSiv | undefined;
  #keys: CookieKeySet | undefined;
  /** Undefined without fast ciphers. */
  #operations: NtsOperations | undefined;
  /** Octets of the last reply. */
  octets = 0;

  constructor(random: (octets: number) => Uint8Array, aesSiv?: AesSiv) {
    this.#random = random;
    this.#aesSiv = aesSiv;
  }

  /** Requests with cookies of other keys get a NAK. `keys`: the one for new cookies first. */
  use(keys: readonly CookieKey[]): void {
    this.#keys = new CookieKeySet(keys);
    this.#operations = this.#aesSiv && new NtsOperations(this.#aesSiv, keys, this.#random);
  }

  /** Protects the reply, of which `respond` has written the header, if the request has NTS; its length is then `octets`. */
  protect(request: Uint8Array, length: number, reply: Uint8Array): NtsReplyKind {
    const keys = this.#keys;
    if (keys === undefined) return 'plain';
    const octets = this.#operations?.protect(request, length, reply) ?? 0;
    if (octets !== 0) {
      this.octets = Math.abs(octets);
      return octets > 0 ? 'nts_replies' : 'nts_naks';
    }
    const question = readNtsQuestion(request, length, keys);
    if (question === 'plain') return 'plain';
    if (question === 'malformed') return 'nts_ignored';
    this.octets = protectReply(request, length, question, { keys, random: this.#random }, reply);
    return question.keys === undefined ? 'nts_naks' : 'nts_replies';
  }
}
