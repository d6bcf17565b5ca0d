import { type ChildProcess, spawn } from 'node:child_process';
import type { Bench } from '../bench.js';
import { until } from '../poll.js';

/** A management message that pmc printed: `RESPONSE`, the name of the data set, and its members. */
export interface Answer {
  readonly action: string;
  readonly name: string;
  readonly values: ReadonlyMap<string, string>;
}

const HEAD = /^\t\S+ seq \d+ (\S+)(?: MANAGEMENT)? (\S+)/m;
const MEMBER = /^\t\t(\S+) +(\S+)/gm;
/** Interval of repeated requests, ms. */
const POLL_MS = 60;

/** linuxptp's management client. It keeps running, takes one request a line, and also prints messages without a request. */
export class Pmc {
  readonly answers: Answer[] = [];
  readonly #bench: Bench;
  readonly #child: ChildProcess;
  #text = '';

  constructor(bench: Bench, command: readonly string[]) {
    const [program, ...args] = command;
    const child = spawn(program!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#bench = bench;
    this.#child = child;
    bench.later(() => child.kill());
    child.stdout.on('data', (chunk: Buffer) => this.#take(chunk.toString()));
  }

  /** Sends a request. pmc ignores further requests until it has answered: see `ask`. */
  request(line: string): void {
    this.#child.stdin!.write(`${line}\n`);
  }

  /** Returns the next message, which may be one without a request. Refusals are MANAGEMENT_ERROR_STATUS. */
  async ask(line: string, timeoutMs = 10_000): Promise<Answer> {
    const before = this.answers.length;
    this.request(line);
    return this.answered((_, i) => i >= before, timeoutMs);
  }

  /** Repeats a request until the returned function is called or the test is over. */
  poll(line: string): () => void {
    this.request(line);
    const timer = setInterval(() => this.request(line), POLL_MS);
    const stop = () => clearInterval(timer);
    this.#bench.later(stop);
    return stop;
  }

  /** Returns the values of members in the order of their arrival. An unchanged value appears once. */
  walk(name: string, members: readonly string[]): readonly string[] {
    const values = this.answers
      .filter((answer) => answer.name === name && members.every((member) => answer.values.has(member)))
      .map((answer) => members.map((member) => answer.values.get(member)).join(' '));
    return values.filter((value, i) => value !== values[i - 1]);
  }

  /** Returns the first answer, past or future, that `pleases` accepts. */
  async answered(pleases: (answer: Answer, index: number) => boolean, timeoutMs = 10_000): Promise<Answer> {
    const found = await until(
      async () => this.answers.find(pleases),
      (answer) => answer !== undefined,
      timeoutMs,
    );
    return found!;
  }

  stop(): void {
    this.#child.kill();
  }

  #take(text: string): void {
    this.#text += text;
    // pmc flushes each message as a whole, and a message ends with a line break.
    if (!this.#text.endsWith('\n')) return;
    const blocks = this.#text.split(/^(?=\t\S)|^sending.*\n/m);
    this.#text = '';
    for (const block of blocks) {
      const head = HEAD.exec(block);
      if (head === null) continue;
      const values = new Map([...block.matchAll(MEMBER)].map(([, name, value]) => [name!, value!]));
      this.answers.push({ action: head[1]!, name: head[2]!, values });
    }
  }
}
