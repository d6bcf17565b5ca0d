import { setTimeout as sleep } from 'node:timers/promises';
import { HubError, type Ns, parseDuration, readinessOf, type StatusReport } from '../api/index.js';
import { type HubReadOptions, openClient } from './client.js';
import { EXIT, type ExitStatus } from './exit.js';

interface WaitOptions extends HubReadOptions {
  readonly maxError?: string;
  readonly timeout?: string;
}

const ASK_EVERY_MS = 200;

/** `timehub wait`: exits when the hub is tracking within the error, for boot scripts. */
export async function run(options: WaitOptions): Promise<ExitStatus> {
  const maxErrorNs = durationOf(options.maxError, '--max-error') ?? Number.POSITIVE_INFINITY;
  const deadline = performance.now() + (durationOf(options.timeout, '--timeout') ?? 60e9) / 1e6;
  for (let last = ''; ; ) {
    const status = await statusOf(options.socket);
    if (status instanceof Error) last = status.message;
    else {
      const { ready, text } = readinessOf(status, maxErrorNs);
      last = text;
      if (ready) {
        const { mode, clocks } = status;
        console.log(options.json === true ? JSON.stringify({ mode, boundNs: clocks[0]?.boundNs }) : text);
        return EXIT.synchronised;
      }
    }
    if (performance.now() >= deadline) {
      console.error(`timehub: gave up waiting: ${last}`);
      return status instanceof Error ? EXIT.unreachable : EXIT.unsynchronised;
    }
    await sleep(ASK_EVERY_MS);
  }
}

async function statusOf(socket: string | undefined): Promise<StatusReport | Error> {
  try {
    const client = await openClient(socket);
    return await client.get<StatusReport>('/v1/status');
  } catch (error) {
    return error as Error;
  }
}

function durationOf(text: string | undefined, option: string): Ns | undefined {
  const value = text === undefined ? undefined : parseDuration(text);
  if (text !== undefined && (value === undefined || value <= 0)) {
    throw new HubError('TH_CLI_USAGE', `${option} must be a duration such as "1us", got "${text}"`);
  }
  return value;
}
