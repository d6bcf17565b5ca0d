import type { RefusalReason } from './evaluate.js';

/**
 * `stamp`: request and reply were not stamped by one clock. `sender`: the reply came from another address or port than the request went to. `contradiction`: its times cannot be true,
 * see `measure`.
 */
export type ReplyRefusal = RefusalReason | 'stamp' | 'sender' | 'contradiction';

/** Explanations of refused replies; each continues "3 replies came that …". */
export const REFUSAL_TEXTS: Readonly<Record<ReplyRefusal, string>> = {
  length: 'are shorter than an NTP header (48 octets): another program than an NTP server answers at that port',
  mode: 'are not in the mode of a server (mode 4): another program than an NTP server answers at that port',
  version: 'have another NTP version than 1 to 4: the server is broken, or does not speak NTP as of RFC 5905',
  origin: 'do not answer the request (origin timestamp): a broken server, a NAT or a forger',
  'zero-origin': 'do not say which request they answer (the origin timestamp is zero): a broken server or a forger',
  duplicate: 'repeat an answer: the network duplicates packets, or an attacker replays them',
  extension: 'end in malformed extension fields or an authenticator of no known length: a broken server',
  draft: 'are of another draft of NTPv5, or name none: both sides must have the same draft; speak NTPv4 until they do',
  fields: 'have unknown flags or an unknown timescale: a broken server of NTPv5',
  stratum: 'claim a stratum above 16: a broken server',
  'crypto-nak':
    'say that the server cannot verify the request (crypto-NAK): it does not have this key, or has another secret or type for its number',
  unauthenticated:
    'have no authenticator although a key is set: the server does not have this key, or a forger answers',
  mac: 'are not authenticated by this key: the server has another secret or number for it, or a forger answers',
  'nts-nak':
    'say that the server cannot read the cookie (NTSN): it has changed its keys, or a forger answers; new keys are exchanged if no other reply comes',
  nts: 'are not authenticated by the keys of NTS: a forger answers, or the server has lost its keys',
  stamp:
    'have no stamp of the network card, or their requests have none: another program may have changed the stamps of the card',
  sender:
    'were sent from another address or port than the one that was asked: the server is multi-homed, or behind a NAT',
  contradiction: 'claim to have taken longer than the round trip: the clock of the server jumps, or it is broken',
};
