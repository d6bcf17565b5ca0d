import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { HubError } from '../../api/index.js';
import { type DemoPort, USUAL_BASE } from './demo-ports.js';
import { portOwner } from './port-owner.js';

/** Rejects with `TH_NET_PORT_BUSY` if ports are in use. The error lists them and tells how to move the demo. */
export async function requirePorts(ports: readonly DemoPort[], base: number, command: string): Promise<void> {
  const busy: DemoPort[] = [];
  for (const port of ports) if (await isBusy(port)) busy.push(port);
  if (busy.length === 0) return;
  const list = busy.map(({ protocol, address, port, user }) => {
    const owner = portOwner(protocol, port) ?? 'another program';
    return `${protocol.toUpperCase()} port ${address}:${port} (${user}): ${owner} uses it`;
  });
  throw new HubError('TH_NET_PORT_BUSY', `the demo cannot start, its ports are in use:\n  ${list.join('\n  ')}`, {
    hint: `end that program, or move the demo to other ports: ${command} --port-base ${freeBaseFor(base)}`,
  });
}

/** Returns another base port, a multiple of 1000. */
const freeBaseFor = (base: number): number =>
  base === USUAL_BASE ? 12_000 : USUAL_BASE + 1000 * ((Math.floor(base / 1000) % 50) + 1);

function isBusy({ protocol, address, port }: DemoPort): Promise<boolean> {
  return new Promise((resolve) => {
    const failed = ({ code }: NodeJS.ErrnoException): void => resolve(code === 'EADDRINUSE');
    if (protocol === 'udp') {
      const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
      socket.once('error', failed).bind({ address, port, exclusive: true }, () => socket.close(() => resolve(false)));
    } else {
      const server = createServer();
      server
        .once('error', failed)
        .listen({ host: address, port, exclusive: true }, () => server.close(() => resolve(false)));
    }
  });
}
