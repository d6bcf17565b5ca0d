import {
  BoundedMap,
  type Claims,
  type Endpoint,
  type HubIdentity,
  type Instant,
  type NtpView,
} from '../../api/index.js';
import { hostOf } from '../../core/origin/address-scope.js';
import { ownAddressNamedBy } from '../../core/origin/own-addresses.js';
import { ServedViews } from '../../core/origin/served-views.js';
import type { Host } from '../host.js';
import { OwnMarks } from '../own-marks.js';

/** A request of a source of this hub. */
interface Request {
  readonly type: string;
  readonly mark: Uint8Array;
  readonly offset: number;
  /** The sink of this hub that received it. */
  sink: string | undefined;
}

/** Length of marks that do not repeat. A shorter mark counts only if its request came from an own address. */
const CERTAIN_OCTETS = 8;

/** Maximum number of own addresses that received requests: 127.0.0.0/8 and routed prefixes have more than any hub serves. */
const MOST_ASKED = 64;
/** Maximum number of addresses of other machines that lead back to this hub. */
const MOST_DETOURS = 64;

/** The user of an identity. `own` calls its argument when the run of the instance ends. */
interface Instance {
  readonly id: string;
  readonly type: string;
  readonly own: (undo: () => void) => void;
}

/**
 * Recognises sources that have their time from this hub: the hub's request arrived at its own server, the source names an
 * address or a clock identity of this hub as its reference, or its replies have the values that this hub serves.
 */
export class OwnIdentity {
  readonly #host: Pick<Host, 'network' | 'monotonic' | 'innerNetworks'>;
  /** The newest request of each source. */
  readonly #requests = new Map<string, Request>();
  /** The same for the workers of servers. Undefined while there are none. */
  #marks: OwnMarks | undefined;
  readonly #identities = new Map<string, number>();
  readonly #served = new Map<string, number>();
  readonly #asked = new BoundedMap<string, true>({ capacity: MOST_ASKED, mayGo: () => false });
  /** The one that was asked last, at which most requests come. */
  #lastAsked = '';
  /** Addresses of other machines through which requests of this hub came back to it. */
  readonly #detours = new BoundedMap<string, true>({ capacity: MOST_DETOURS });
  readonly #views = new ServedViews();

  constructor(host: Pick<Host, 'network' | 'monotonic' | 'innerNetworks'>) {
    this.#host = host;
  }

  of({ id, type, own }: Instance): HubIdentity {
    return {
      asks: (mark, offset) => {
        this.#requests.set(id, { type, mark, offset, sink: undefined });
        this.#marks?.add(mark, offset);
      },
      hears: (request, from, at) => this.#hears({ id, type }, request, from, at),
      serves: (address) => own(counted(this.#served, address)),
      uses: (clockIdentity) => own(counted(this.#identities, clockIdentity)),
      isOwn: (clockIdentity) => this.#identities.has(clockIdentity),
    };
  }

  /** The marks of the requests that sources send from now on. */
  get marks(): OwnMarks {
    this.#marks ??= new OwnMarks();
    return this.#marks;
  }

  /** The own addresses that received requests. */
  get asked(): readonly string[] {
    return [...this.#asked.keys()];
  }

  published(view: NtpView, now: Instant): void {
    this.#views.add(view, now);
  }

  forget(id: string): void {
    this.#requests.delete(id);
  }

  /** Returns the claims of a source, with a reason in `ours` if its time is this hub's own. */
  judged(id: string, claims: Claims): Claims {
    const ours = claims.ours ?? this.#reasonOf(id, claims);
    return ours === undefined ? claims : { ...claims, ours };
  }

  #hears(sink: { readonly id: string; readonly type: string }, octets: Uint8Array, from: Endpoint, at: string): void {
    for (const request of this.#requests.values()) {
      if (!carries(octets, request)) continue;
      // A mark that does not repeat counts at sinks of every type: the requests of nts reach those of ntp.
      const isCertain = request.mark.length >= CERTAIN_OCTETS;
      if (!isCertain && (request.type !== sink.type || !this.#isHere(from.address))) continue;
      request.sink = sink.id;
      return;
    }
    if (at === this.#lastAsked) return;
    this.#lastAsked = at;
    this.#asked.set(at, true);
  }

  #reasonOf(id: string, claims: Claims): string | undefined {
    const sink = this.#requests.get(id)?.sink;
    const host = hostOf(claims.address);
    if (sink !== undefined) {
      if (host !== undefined) this.#detours.set(host, true);
      return `this is this hub itself: its request came in at its own server ${sink}`;
    }
    if (this.#identities.has(claims.reference?.replace(/[.:-]/g, '') ?? ''))
      return `it follows this hub: its grandmaster is ${claims.reference}, which is this hub itself`;
    const place = ownAddressNamedBy(claims, {
      addresses: [...this.#host.network.addresses(), ...this.#detours.keys()],
      served: new Set([...this.#served.keys(), ...this.#asked.keys()]),
      inner: this.#host.innerNetworks(),
      hasServed: (stratum) => this.#views.hasServed(stratum, this.#host.monotonic()),
    });
    if (place !== undefined) return `it follows this hub: it names ${place}, an address of this machine, as its server`;
    if (this.#views.isOwn(claims))
      return 'this is this hub itself: stratum, refid, root delay and reference time are those that this hub serves';
    return undefined;
  }

  #isHere(address: string): boolean {
    return address.startsWith('127.') || address === '::1' || this.#host.network.addresses().includes(address);
  }
}

function carries(octets: Uint8Array, { mark, offset }: Request): boolean {
  for (let i = 0; i < mark.length; i++) if (octets[offset + i] !== mark[i]) return false;
  return true;
}

/** Counts one more user of a name. Returns the function that counts it off. */
function counted(users: Map<string, number>, name: string): () => void {
  users.set(name, (users.get(name) ?? 0) + 1);
  return () => {
    const left = (users.get(name) ?? 1) - 1;
    if (left > 0) users.set(name, left);
    else users.delete(name);
  };
}
