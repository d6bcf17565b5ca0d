/**
 * The cable between two guests, a process of its own: sockets NAME and NAME.qtest of the folder for each of the guests a, b.
 * Prints when a guest has set its card up and, at the end, how the cards' counters and this machine's monotonic clock lie to
 * each other.
 *
 *   node cable.js FOLDER
 */
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Bounds, Card } from './card.js';
import { Cutter, withLength } from './cutter.js';
import { Residence } from './residence.js';
import { Way } from './way.js';

const folder = process.argv[2]!;
const residence = new Residence();

/** One end of the cable, in a guest's card. */
class End {
  readonly name: string;
  readonly way = new Way(
    () => this.#card,
    residence,
    (frame) => this.#socket?.write(withLength(frame)),
  );
  #socket: Socket | undefined;
  #card: Card | undefined;
  #isMet = false;

  constructor(name: string) {
    this.name = name;
  }

  listen(other: End): void {
    const server = createServer((socket) => {
      this.#socket = socket;
      const cutter = new Cutter();
      socket.on('error', () => {});
      socket.on('data', (chunk) => {
        const entered = process.hrtime.bigint();
        for (const frame of cutter.take(chunk)) other.way.enter(frame, entered);
        void this.#meet();
      });
    });
    server.listen(join(folder, this.name));
  }

  get bounds(): Bounds | undefined {
    return this.#card?.bounds;
  }

  /** Whoever sends has set his card up. */
  async #meet(): Promise<void> {
    if (this.#isMet) return;
    this.#isMet = true;
    this.#card = await Card.open(join(folder, `${this.name}.qtest`));
    process.stdout.write(`MET ${this.name}\n`);
  }
}

const [a, b] = [new End('a'), new End('b')];
a.listen(b);
b.listen(a);
process.stdout.write('READY\n');
process.on('SIGTERM', () => {
  process.stdout.write(`BOUNDS ${JSON.stringify({ a: a.bounds, b: b.bounds })}\n`, () => process.exit());
});
