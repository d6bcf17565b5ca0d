import { type IncomingHttpHeaders, request } from 'node:http';
import type { LiveChange, Snapshot } from '../live.js';

export interface TestRequest {
  readonly port?: number;
  /** The source address of the request. */
  readonly localAddress?: string;
  readonly socketPath?: string;
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface TestResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Sends one request and resolves with the complete response. */
export function ask({ body, ...question }: TestRequest): Promise<TestResponse> {
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
  /** Typed as if every event held all fields: a test fails where an expected field is missing. */
  readonly data: Snapshot & Required<Pick<LiveChange, 'sample'>>;
}

/** Reads a stream of server-sent events one by one. */
export class EventReader {
  readonly #asking;
  #text = '';
  #wake = (): void => {};
  status: number | undefined;

  constructor(question: TestRequest) {
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
