import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The checkout: compiled tests run from dist/test. */
export const root = join(import.meta.dirname, '../..');

/** A temporary folder; `close` removes it. Its mode is 0700: chronyd demands that of a folder with a command socket. */
export class Folder {
  readonly path: string = mkdtempSync(join(tmpdir(), `timehub-test-${process.pid}-`));

  at(name: string): string {
    return join(this.path, name);
  }

  close(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Returns a UDP port of 127.0.0.1 that is free at this moment. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', resolve);
  });
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

/** Returns a TCP port of 127.0.0.1 that is free at this moment. */
export async function freeTcpPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as { readonly port: number };
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
