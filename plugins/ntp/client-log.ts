import { NS_PER_S, type Ns, type RequestBatch } from 'timehub/api';
import { ClientTable, type ClientTraits, traitBits } from 'timehub/toolkit';

type Authentication = ClientTraits['authentication'];

/** From so many requests in a batch on, one of `SAMPLED` is counted, for all of them. */
const BUSY = 32;
const SAMPLED = 16;

/** Traits as numbers, by version. */
const traitsOf = (authentication: Authentication, interleaved: boolean): Uint8Array =>
  Uint8Array.from({ length: 8 }, (_, version) => traitBits({ version, authentication, interleaved }));
const PLAIN = traitsOf('none', false);
const PLAIN_INTERLEAVED = traitsOf('none', true);
const KEYED = traitsOf('key', false);
const KEYED_INTERLEAVED = traitsOf('key', true);
const NTS = traitsOf('nts', false);

/** Notes who asks. In a full load it takes samples: the table of clients is much larger than a processor's cache. */
export class ClientLog {
  readonly #table: ClientTable | undefined;
  #nowS = 0;
  /** Requests since `begin`. */
  #requests = 0;
  #weight = 1;
  #skipped = 0;

  /** `memory`: of the handler's table; undefined: there is none. */
  constructor(memory: SharedArrayBuffer | undefined, random: (octets: number) => Uint8Array) {
    if (memory !== undefined) this.#table = new ClientTable(memory, random);
  }

  /** A batch begins, at this time of the server's monotonic clock. */
  begin(nowNs: Ns): void {
    this.#nowS = nowNs / NS_PER_S;
    this.#weight = this.#requests >= BUSY ? SAMPLED : 1;
    this.#requests = 0;
  }

  served(batch: RequestBatch, slot: number, authentication: Authentication, interleaved: boolean): void {
    if (!this.#isSampled()) return;
    if (authentication === 'nts') this.#count(batch, slot, NTS, false);
    else if (authentication === 'key') this.#count(batch, slot, interleaved ? KEYED_INTERLEAVED : KEYED, false);
    else this.#count(batch, slot, interleaved ? PLAIN_INTERLEAVED : PLAIN, false);
  }

  refused(batch: RequestBatch, slot: number): void {
    if (this.#isSampled()) this.#count(batch, slot, PLAIN, true);
  }

  #isSampled(): boolean {
    this.#requests++;
    if (this.#table === undefined) return false;
    if (++this.#skipped < this.#weight) return false;
    this.#skipped = 0;
    return true;
  }

  #count(batch: RequestBatch, slot: number, traits: Uint8Array, isRefused: boolean): void {
    const version = batch.requestOctets[slot]! > 0 ? (batch.requests[slot]![0]! >> 3) & 7 : 0;
    this.#table!.count(batch.clients[slot]!, this.#nowS, traits[version]!, isRefused, this.#weight);
  }
}
