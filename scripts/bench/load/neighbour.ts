/** Asks for the peer delay over layer 2, as a gPTP neighbour does, and measures each exchange. */
import { setTimeout as pause } from 'node:timers/promises';
import { decode, ETHERTYPE, encode, LINK_MAC, NO_FLAGS, SDO_8021AS } from '../../../src/protocol/ptp/index.js';
import { eachDatagram, native } from './addon.js';

export interface NeighbourJob {
  readonly interface: string;
  /** Requests a second. */
  readonly perSecond: number;
  readonly seconds: number;
}

export interface NeighbourResult {
  readonly asked: number;
  /** Requests with both answers. */
  readonly followed: number;
  /** t3 − t2 from the two answers, µs. */
  readonly stayUs: readonly number[];
  /** Time from the kernel's stamp of the sent request to that of the received Follow_Up, as a neighbour sees it, µs. */
  readonly followedUs: readonly number[];
}

interface Exchange {
  readonly sent: bigint;
  receipt?: bigint;
  origin?: bigint;
  followed?: bigint;
}

const SOURCE = { clock: '0a000000fffe0001', port: 1 };
const octets = new Uint8Array(128);
const before = new BigInt64Array(3);

function pdelayReq(sequenceId: number): Uint8Array {
  const header = {
    ...{ sdoId: SDO_8021AS, minorVersion: 1, domain: 0, flags: NO_FLAGS, correction: 0n, typeSpecific: 0 },
    ...{ source: SOURCE, sequenceId, logInterval: 0 },
  };
  return octets.subarray(0, encode({ kind: 'pdelay-req', header, origin: 0n, tlvs: [] }, octets));
}

async function run({ interface: name, perSecond, seconds }: NeighbourJob): Promise<NeighbourResult> {
  const exchanges: Exchange[] = [];
  const socket = native.openEthernet(
    { interface: name, etherType: ETHERTYPE, groups: [LINK_MAC] },
    eachDatagram((arena, record) => {
      const message = decode(arena.payload(record));
      if (message.kind !== 'pdelay-resp' && message.kind !== 'pdelay-resp-follow-up') return;
      const exchange = exchanges[message.header.sequenceId];
      if (exchange === undefined || message.requesting.clock !== SOURCE.clock) return;
      if (message.kind === 'pdelay-resp') exchange.receipt = message.requestReceipt;
      else {
        exchange.origin = message.responseOrigin;
        exchange.followed = arena.monotonic(record);
      }
    }),
  );
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (exchanges.length < seconds * perSecond) {
        native.sendEthernet(socket, pdelayReq(exchanges.length), LINK_MAC, before);
        exchanges.push({ sent: before[1]! });
        return;
      }
      clearInterval(timer);
      resolve();
    }, 1000 / perSecond);
  });
  await pause(1000);
  native.close(socket);
  const complete = exchanges.flatMap(({ sent, receipt, origin, followed }) =>
    receipt === undefined || origin === undefined || followed === undefined
      ? []
      : [{ sent, receipt, origin, followed }],
  );
  return {
    asked: exchanges.length,
    followed: complete.length,
    stayUs: complete.map(({ origin, receipt }) => Number(origin - receipt) / 1000),
    followedUs: complete.map(({ followed, sent }) => Number(followed - sent) / 1000),
  };
}

process.once('message', async (job: NeighbourJob) => {
  process.send!(await run(job));
  process.disconnect();
});
