import { connect, type Socket } from 'node:net';
import { type Endpoint, HubError, type Ns, type TcpConnection } from '../../api/index.js';
import { because, formatEndpoint } from './net-error.js';
import { OpenSocket } from './open-socket.js';

/** Connects. Rejects with `TH_NET_CONNECT` when that fails or takes longer than `timeoutNs`. */
export function connectTcp(to: Endpoint, timeoutNs: Ns): Promise<TcpConnection> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: to.address, port: to.port, noDelay: true });
    const refuse = (reason: string, cause?: unknown) => {
      socket.destroy();
      const message = `cannot connect to ${formatEndpoint(to)}: ${reason}`;
      reject(
        new HubError('TH_NET_CONNECT', message, { cause, hint: 'is the program running, and is the address right?' }),
      );
    };
    const timer = setTimeout(() => refuse('it did not answer in time'), Math.max(1, timeoutNs / 1e6));
    socket.once('error', (error) => {
      clearTimeout(timer);
      refuse(because(error), error);
    });
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(new Connection(socket));
    });
  });
}

class Connection extends OpenSocket<Socket> implements TcpConnection {
  write(text: string): void {
    if (this.socket.writable) this.socket.write(text);
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }
}
