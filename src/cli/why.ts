import type { StatusReport } from '../api/index.js';
import { type HubReadOptions, openClient } from './client.js';
import type { ExitStatus } from './exit.js';
import { verdict } from './verdict.js';

/** `timehub why`: the present decision in plain sentences. */
export async function run(options: HubReadOptions): Promise<ExitStatus> {
  const client = await openClient(options.socket);
  const answer = await client.get<{ readonly why: string }>('/v1/why');
  console.log(options.json === true ? JSON.stringify(answer) : answer.why);
  return verdict(await client.get<StatusReport>('/v1/status'));
}
