import type { Ns } from '../../../../api/time.js';
import { samePort } from '../../identity.js';
import type { SavedLink } from '../action.js';
import { ENOUGH } from './link-delay.js';
import type { PeerDelayRequester } from './peer-delay-requester.js';

/** Change of the delay that is saved, ns (100 ns in the automotive profile), if it is also more than `SIGMAS` sigmas. */
const CHANGE_NS = 100;
const SIGMAS = 4;
/** Change of the rate that is saved, ppb. Smaller ones come from temperature. */
const CHANGE_PPB = 5000;

/** The saved values of a link (automotive profile §6.2.2): valid from the start, and replaced when the link has changed. */
export class SavedLinkTracker {
  #saved: SavedLink | undefined;

  constructor(saved: SavedLink | undefined) {
    this.#saved = saved;
  }

  /** Undefined: nothing is saved, or it belongs to another neighbour. */
  get saved(): SavedLink | undefined {
    return this.#saved;
  }

  /** Called after an exchange. Returns the values to save, undefined if unchanged. `noiseNs`: sigma of the delay. */
  update({ delay, rate, responder }: PeerDelayRequester, noiseNs: Ns): SavedLink | undefined {
    const { neighbour } = this.#saved ?? {};
    if (neighbour !== undefined && responder !== undefined && !samePort(neighbour, responder)) {
      this.#saved = undefined;
      rate.savedPpb = undefined;
    }
    const link = { neighbour: responder, delayNs: delay.delayNs, ratePpb: rate.ratePpb ?? 0 };
    if (delay.count < ENOUGH || !this.#hasChanged(link, noiseNs)) return undefined;
    this.#saved = link;
    return link;
  }

  #hasChanged({ delayNs, ratePpb }: SavedLink, noiseNs: Ns): boolean {
    const before = this.#saved;
    if (before === undefined) return true;
    const isDelayNew = Math.abs(delayNs - before.delayNs) > Math.max(CHANGE_NS, SIGMAS * noiseNs);
    return isDelayNew || Math.abs(ratePpb - before.ratePpb) > CHANGE_PPB;
  }
}
