/** UDP ports of event messages (bit 3 of the message type clear) and of all others (IEEE 1588-2019 annexes C and D). */
export const EVENT_PORT = 319;
export const GENERAL_PORT = 320;

/** IPv4 groups (annex C): all messages except peer delay; peer delay, which must not leave the link (TTL 1). */
export const GROUP_IPV4 = '224.0.1.129';
export const PEER_GROUP_IPV4 = '224.0.0.107';

/** IPv6 group (annex D). `scope`: the hex digit of RFC 7346: 2 link, 5 site, e global. */
export const groupIpv6 = (scope: string): string => `ff0${scope}::181`;
export const PEER_GROUP_IPV6 = 'ff02::6b';

/** PTP over Ethernet (annex E). */
export const ETHERTYPE = 0x88f7;
/** Group address that bridges forward. */
export const GROUP_MAC = '01:1b:19:00:00:00';
/** Group address that bridges never forward: for peer delay, and for all messages of gPTP. */
export const LINK_MAC = '01:80:c2:00:00:0e';
