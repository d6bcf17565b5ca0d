/** NTP servers at the ports of the command line. They serve this machine's time. */
import { createSocket } from 'node:dgram';

const UNIX_TO_NTP_S = 2_208_988_800;

function ntpTime(): bigint {
  const ms = performance.timeOrigin + performance.now();
  const seconds = Math.floor(ms / 1000);
  return (BigInt(seconds + UNIX_TO_NTP_S) << 32n) | BigInt(Math.floor((ms / 1000 - seconds) * 2 ** 32));
}

for (const port of process.argv.slice(2)) {
  const socket = createSocket('udp4').bind(Number(port), '127.0.0.1');
  socket.on('message', (request, from) => {
    const reply = Buffer.alloc(48);
    reply[0] = (4 << 3) | 4;
    reply[1] = 2;
    reply.writeInt8(-20, 3);
    reply.write('TEST', 12, 'latin1');
    request.copy(reply, 24, 40, 48);
    for (const at of [16, 32, 40]) reply.writeBigUInt64BE(ntpTime(), at);
    socket.send(reply, from.port, from.address);
  });
}
