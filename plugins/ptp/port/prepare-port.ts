import type { ClockId, Context, PdelayResponder } from 'timehub/api';
import type {
  ClockIdentity,
  PeerDelayRoles,
  PortSettings,
  Profile,
  ReceiverSettings,
  SavedLink,
} from 'timehub/protocol/ptp';
import { stampingClock } from 'timehub/toolkit';
import { openPdelayThread } from './pdelay-thread.js';
import { latenciesOf, type PortConfig, profileOfConfig, requestedIntervalsOf } from './port-config.js';
import { openPortSocket, type PortSocket } from './port-socket.js';
import { SavedLinkStore } from './saved-link-store.js';
import { joinSharedClock, type SharedClock } from './shared-clock.js';
import { stampNoise } from './stamping.js';

/** A port that is ready to run: its settings, and a function that opens its socket. */
export interface PreparedPort {
  readonly settings: PortSettings & Pick<ReceiverSettings, 'requestedIntervals'>;
  /** Saves values of the link for the next start. */
  readonly saveLink: (neighbour: SavedLink) => void;
  readonly interface: string;
  readonly hardware: boolean;
  /** The clock that stamps event messages. */
  readonly clock: ClockId;
  /** `clock` is a virtual clock of the interface. */
  readonly virtualClock: boolean;
  /** The clock to which the port belongs. */
  readonly sharedClock: SharedClock;
  /** The thread that answers Pdelay_Req for the port. */
  readonly responder: PdelayResponder | undefined;
  readonly open: () => PortSocket;
}

/** Throws `TH_NET_INTERFACE`, `TH_PTP_STAMPS`, `TH_PTP_IDENTITY`. */
export function preparePort(context: Context, config: PortConfig, role: 'receiver' | 'transmitter'): PreparedPort {
  const profile = profileOfConfig(config, role);
  const port = context.network.interface(config.interface);
  const clock = stampingClock(context, config, port, 'TH_PTP_STAMPS');
  const hardware = clock !== undefined;
  const { sharedClock, identity } = joinSharedClock(context, config, port);
  context.identity.uses(identity.clock);
  const links = new SavedLinkStore(context, [port.name, port.mac, hardware ? clock : 'software'].join(' '));
  const requestedIntervals = role === 'receiver' ? requestedIntervalsOf(config) : undefined;
  const settings = {
    ...{ profile, identity, minorVersion: config['minor-version'], latencies: latenciesOf(config) },
    ...(requestedIntervals === undefined ? {} : { requestedIntervals }),
    isOwn: (clock: ClockIdentity) => context.identity.isOwn(clock),
    stampNoiseNs: stampNoise(hardware),
    random: () => new DataView(context.random(4).slice().buffer).getUint32(0) / 2 ** 32,
    savedLink: links.saved,
  };
  const socketOptions = { interface: port.name, profile, hardware, hardwareClock: virtualClock(config.clock, clock) };
  const responder = isAnswering(config, profile)
    ? openPdelayThread(context.network, socketOptions, settings)
    : undefined;
  return {
    settings: { ...settings, peerDelay: rolesOf(config, profile, responder) },
    ...{ interface: port.name, hardware, responder, sharedClock },
    ...{ clock: clock ?? 'system', virtualClock: socketOptions.hardwareClock !== undefined },
    saveLink: (neighbour) => links.save(neighbour),
    open: () => openPortSocket(context.network, socketOptions),
  };
}

/** Returns true if this port answers. Of several ports on a link that use the common service, one does. */
const isAnswering = (config: PortConfig, { delay }: Profile): boolean =>
  delay !== 'common-p2p' || config['answer-common-p2p'];

/** Returns the port's roles in peer delay. The thread answers requests to the group, of the service that the port uses. */
function rolesOf(config: PortConfig, { delay }: Profile, thread: PdelayResponder | undefined): PeerDelayRoles {
  const isCommon = delay === 'common-p2p';
  return {
    asks: true,
    answers: thread !== undefined && !isCommon ? 'unicast' : 'all',
    answersCommon: config['answer-common-p2p'] && !(thread !== undefined && isCommon),
  };
}

/** Returns N of `phc:ptpN` if a virtual clock is configured. */
const virtualClock = (wanted: string | undefined, found: string | undefined): number | undefined =>
  wanted === undefined || found === undefined ? undefined : Number(found.replace(/^\D+/, ''));
