/**
 * The cable between two guests, run as a process: FOLDER has the sockets NAME and NAME.qtest of each of the guests a and b.
 * Prints a line when a guest has set up its card and, at the end, bounds of the difference of each card's counter from this
 * machine's monotonic clock.
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

  /** The guest has set up its card: it sends frames. */
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
