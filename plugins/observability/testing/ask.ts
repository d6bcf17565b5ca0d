import { type IncomingHttpHeaders, request } from 'node:http';
import type { Change, Snapshot } from '../live.js';

export interface Question {
  readonly port?: number;
  /** The address that the question comes from. */
  readonly localAddress?: string;
  readonly socketPath?: string;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** One request, answered whole. */
export function ask({ body, ...question }: Question): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', agent: false, ...question }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
      response.on('error', reject);
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

export interface StreamEvent {
  readonly name: string;
  /** As if every event held everything: a test reads what it expects, and fails where it is not there. */
  readonly data: Snapshot & Required<Pick<Change, 'sample'>>;
}

/** A stream of server-sent events that a test reads one by one. */
export class EventReader {
  readonly #asking;
  #text = '';
  #wake = (): void => {};
  status: number | undefined;

  constructor(question: Question) {
    this.#asking = request({ host: '127.0.0.1', agent: false, ...question }, (response) => {
      this.status = response.statusCode;
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        this.#text += chunk;
        this.#wake();
      });
      response.on('close', () => this.#wake());
      response.on('error', () => {});
      this.#wake();
    });
    this.#asking.on('error', () => this.#wake());
    this.#asking.end();
  }

  async answered(): Promise<number> {
    while (this.status === undefined) await this.#more();
    return this.status;
  }

  async next(): Promise<StreamEvent> {
    let end = this.#text.indexOf('\n\n');
    while (end < 0) {
      await this.#more();
      end = this.#text.indexOf('\n\n');
    }
    const [first, second] = this.#text.slice(0, end).split('\n');
    this.#text = this.#text.slice(end + 2);
    return { name: first!.slice('event: '.length), data: JSON.parse(second!.slice('data: '.length)) };
  }

  close(): void {
    this.#asking.destroy();
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
