import { parseServer } from '../../protocol/address/index.js';
import { refidOfHost } from '../origin/address-scope.js';

/**
 * The machine that a source's address claim names. It is parsed when the address changes: claims come with each reply, and go on
 * naming the same one.
 */
export class ClaimedHost {
  #address = '';
  #name: string | undefined;
  #refid: string | undefined;

  /** Host name or IP address; undefined if the source claims none. */
  get name(): string | undefined {
    return this.#name;
  }

  /** The refid of a server that follows this machine, as text (RFC 5905 §7.3); undefined if the name is no address. */
  get refid(): string | undefined {
    return this.#refid;
  }

  update(address = ''): void {
    if (address === this.#address) return;
    this.#address = address;
    this.#name = parseServer(address)?.host;
    this.#refid = refidOfHost(this.#name);
  }
}
