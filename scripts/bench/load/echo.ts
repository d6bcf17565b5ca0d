/**
 * The least that a CSPTP server can do over this addon: sends what it got back, and as many octets as a Follow_Up has after
 * it. Nothing is decoded, computed or stamped: what remains is the cost of the sockets.
 */

import { loadNative } from '../../dist/src/host/native.js';
import { arenaOf, DATAGRAM } from '../../dist/src/host/net/arena.js';
import { CSPTP_PORT, GENERAL_PORT, SERVER } from './addresses.mjs';

const REPLY_OCTETS = 116;
const FOLLOW_UP_OCTETS = 44;
const { native } = loadNative();
const before = new BigInt64Array(3);
const followUp = new Uint8Array(FOLLOW_UP_OCTETS);

const general = native.openUdp({ address: SERVER, port: CSPTP_PORT + 1 }, () => {});
const event = native.openUdp({ address: SERVER, port: CSPTP_PORT }, (buffer, count) => {
  const arena = arenaOf(buffer);
  for (let record = 0; record < count; record++) {
    if (arena.kind(record) !== DATAGRAM) continue;
    const octets = arena.payload(record);
    const from = arena.from(record);
    native.send(event, octets.subarray(0, REPLY_OCTETS), from, arena.port(record), undefined, before);
    followUp.set(octets.subarray(0, FOLLOW_UP_OCTETS));
    followUp[0] = (octets[0] & 0xf0) | 8;
    native.send(general, followUp, from, GENERAL_PORT, undefined, before);
  }
});
console.log('echoes');
