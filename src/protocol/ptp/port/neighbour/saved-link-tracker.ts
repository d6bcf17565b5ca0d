import type { Ns } from '../../../../api/time.js';
import { samePort } from '../../identity.js';
import type { SavedLink } from '../action.js';
import { ENOUGH } from './link-delay.js';
import type { PeerDelayRequester } from './peer-delay-requester.js';

/** A change of the delay by less is not worth a write (the automotive profile's 100 ns), */
const WORTH_NS = 100;
/** nor is one that so many of its standard deviations explain, */
const SIGMAS = 4;
/** nor one of the rate that a warmer crystal explains. */
const WORTH_PPB = 5000;

/** The stored values of a link (automotive profile §6.2.2): used from the start on, and kept anew when they have changed. */
export class SavedLinkTracker {
  #memory: SavedLink | undefined;

  constructor(saved: SavedLink | undefined) {
    this.#memory = saved;
  }

  /** Undefined: none, or of another neighbour. */
  get memory(): SavedLink | undefined {
    return this.#memory;
  }

  /** After an exchange: what is worth keeping now. `noiseNs`: of the measured delay. */
  measured({ delay, rate, responder }: PeerDelayRequester, noiseNs: Ns): SavedLink | undefined {
    const { neighbour } = this.#memory ?? {};
    if (neighbour !== undefined && responder !== undefined && !samePort(neighbour, responder)) {
      this.#memory = undefined;
      rate.savedPpb = undefined;
    }
    const found = { neighbour: responder, delayNs: delay.delayNs, ratePpb: rate.ratePpb ?? 0 };
    if (delay.count < ENOUGH || !this.#isNews(found, noiseNs)) return undefined;
    this.#memory = found;
    return found;
  }

  #isNews({ delayNs, ratePpb }: SavedLink, noiseNs: Ns): boolean {
    const before = this.#memory;
    if (before === undefined) return true;
    const isElsewhere = Math.abs(delayNs - before.delayNs) > Math.max(WORTH_NS, SIGMAS * noiseNs);
    return isElsewhere || Math.abs(ratePpb - before.ratePpb) > WORTH_PPB;
  }
}
