import { createSocket } from 'node:dgram';
import type { Bench } from './bench.js';
import { realtime } from './clock.js';

const UNIX_TO_NTP_S = 2_208_988_800n;
const NS_PER_S = 1_000_000_000n;

/**
 * A minimal NTP server (RFC 5905 §7.3, mode 4) whose time differs from this machine's by a set amount, so that a test can
 * see whether the hub serves its estimate or the clock's time. Its stamps are exact to some 0.1 ms.
 */
export async function startNtpStub(bench: Bench, offsetNs: bigint): Promise<number> {
  const socket = createSocket('udp4');
  socket.on('message', (request, from) => {
    const received = ntpTime(offsetNs);
    const reply = Buffer.alloc(48);
    reply[0] = (4 << 3) | 4;
    reply[1] = 2;
    reply.writeInt8(-20, 3);
    reply.write('TEST', 12, 'latin1');
    reply.writeBigUInt64BE(received, 16);
    request.copy(reply, 24, 40, 48);
    reply.writeBigUInt64BE(received, 32);
    reply.writeBigUInt64BE(ntpTime(offsetNs), 40);
    socket.send(reply, from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  bench.later(() => socket.close());
  return socket.address().port;
}

function ntpTime(offsetNs: bigint): bigint {
  const unixNs = realtime() + offsetNs;
  const fraction = ((unixNs % NS_PER_S) << 32n) / NS_PER_S;
  return ((unixNs / NS_PER_S + UNIX_TO_NTP_S) << 32n) | fraction;
}
