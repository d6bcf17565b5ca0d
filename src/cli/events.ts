import type { HubEvent } from '../api/index.js';
import { type HubReadOptions, openClient } from './client.js';
import { EXIT, type ExitStatus } from './exit.js';

interface Snapshot {
  readonly events?: readonly HubEvent[];
}

/** `timehub events`: prints past events, then new ones until Ctrl-C. */
export async function run(options: HubReadOptions): Promise<ExitStatus> {
  const client = await openClient(options.socket);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const print = (event: HubEvent) =>
    console.log(
      options.json === true
        ? JSON.stringify(event)
        : `${event.at} ${event.severity === 'warning' ? '!' : ' '}${event.id.padEnd(14)} ${event.text}${event.code === undefined ? '' : `  ${event.code}`}`,
    );
  try {
    for await (const { event, data } of client.events('/v1/events', stop.signal)) {
      if (event === 'snapshot') (data as Snapshot).events?.forEach(print);
      if (event === 'event') print(data as HubEvent);
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  }
  if (stop.signal.aborted) return EXIT.synchronised;
  console.error('timehub: the hub has stopped');
  return EXIT.unreachable;
}
