/**
 * Asks for the peer delay over layer 2 as a gPTP neighbour does and tells, for every request, how long the answer took.
 *
 *   { interface, perSecond, seconds }  →  { asked, answered, followed, stayUs: […], followedUs: […] }
 *
 * `stayUs`: t3 − t2 as the two answers carry them. `followedUs`: from the kernel's stamp of the request's sending to that
 * of the Follow_Up's arrival, which is all that the neighbour sees.
 */

import { loadNative } from '../../dist/src/host/native.js';
import { arenaOf, DATAGRAM } from '../../dist/src/host/net/arena.js';
import { decode, ETHERTYPE, encode, LINK_MAC, NO_FLAGS, SDO_8021AS } from '../../dist/src/protocol/ptp/index.js';

const { native } = loadNative();
const SOURCE = { clock: '0a000000fffe0001', port: 1 };
const octets = new Uint8Array(128);
const before = new BigInt64Array(3);

function pdelayReq(sequenceId) {
  const header = {
    ...{ sdoId: SDO_8021AS, minorVersion: 1, domain: 0, flags: NO_FLAGS, correction: 0n, typeSpecific: 0 },
    ...{ source: SOURCE, sequenceId, logInterval: 0 },
  };
  return octets.subarray(0, encode({ kind: 'pdelay-req', header, origin: 0n, tlvs: [] }, octets));
}

async function run({ interface: name, perSecond, seconds }) {
  const exchanges = [];
  const socket = native.openEthernet({ interface: name, etherType: ETHERTYPE, groups: [LINK_MAC] }, (buffer, count) => {
    const arena = arenaOf(buffer);
    for (let record = 0; record < count; record++) {
      if (arena.kind(record) !== DATAGRAM) continue;
      const message = decode(arena.payload(record));
      if (message.requesting?.clock !== SOURCE.clock) continue;
      const exchange = exchanges[message.header.sequenceId];
      if (message.kind === 'pdelay-resp') exchange.receipt = message.requestReceipt;
      if (message.kind === 'pdelay-resp-follow-up') {
        exchange.origin = message.responseOrigin;
        exchange.followed = arena.monotonic(record);
      }
    }
  });
  const ask = () => {
    const message = pdelayReq(exchanges.length);
    native.sendEthernet(socket, message, LINK_MAC, before);
    exchanges.push({ sent: before[1] });
  };
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      if (exchanges.length < seconds * perSecond) ask();
      else resolve(clearInterval(timer));
    }, 1000 / perSecond);
  });
  await new Promise((resolve) => setTimeout(resolve, 1000));
  native.close(socket);
  const us = (ns) => Number(ns) / 1000;
  const followed = exchanges.filter(({ origin, receipt }) => origin !== undefined && receipt !== undefined);
  return {
    asked: exchanges.length,
    answered: exchanges.filter(({ receipt }) => receipt !== undefined).length,
    followed: followed.length,
    stayUs: followed.map(({ origin, receipt }) => us(origin - receipt)),
    followedUs: followed.map(({ followed: at, sent }) => us(at - sent)),
  };
}

process.once('message', async (job) => {
  process.send(await run(job));
  process.disconnect();
});
