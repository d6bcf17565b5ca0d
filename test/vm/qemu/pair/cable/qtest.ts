import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The emulator's test socket (`-qtest`): one line a command reads or writes as the guest's processor could. */
export class Qtest {
  readonly #socket: Socket;
  readonly #waiting: ((answer: string) => void)[] = [];
  #rest = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#take(chunk.toString('latin1')));
  }

  /** Connects as soon as the emulator has opened the socket. */
  static async open(path: string): Promise<Qtest> {
    for (;;) {
      const socket = createConnection(path);
      const isOpen = await new Promise<boolean>((resolve) => {
        socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      });
      if (isOpen) return new Qtest(socket);
      await sleep(50);
    }
  }

  async read(width: 'l' | 'q', address: number): Promise<bigint> {
    return BigInt(await this.#ask(`read${width} 0x${address.toString(16)}`));
  }

  async write(address: number, value: number): Promise<void> {
    await this.#ask(`writel 0x${address.toString(16)} 0x${value.toString(16)}`);
  }

  /** Reads a register of a device on bus 0, through the ports of the PCI host bridge. */
  async configuration(device: number, register: number): Promise<number> {
    const address = (0x8000_0000 + device * 0x800 + register).toString(16);
    await this.#ask(`outl 0xcf8 0x${address}`);
    return Number(await this.#ask('inl 0xcfc'));
  }

  #ask(command: string): Promise<string> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#socket.write(`${command}\n`);
    });
  }

  /** Takes answers: `OK`, or `OK 0x…`. */
  #take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) this.#waiting.shift()?.(line.split(' ')[1] ?? '0');
  }
}
