import type { StatusReport } from '../api/index.js';
import { type HubReadOptions, openClient } from './client.js';
import { type ExitStatus, statusOfHub } from './exit.js';

/** `timehub why`: prints the present decisions in plain sentences. */
export async function run(options: HubReadOptions): Promise<ExitStatus> {
  const client = await openClient(options.socket);
  const answer = await client.get<{ readonly why: string }>('/v1/why');
  console.log(options.json === true ? JSON.stringify(answer) : answer.why);
  return statusOfHub(await client.get<StatusReport>('/v1/status'));
}
