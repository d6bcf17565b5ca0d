import type { StatusReport } from '../api/index.js';
import { type HubReadOptions, openClient } from './client.js';
import { type ExitStatus, statusOfHub } from './exit.js';
import { sourceTable } from './status-text.js';

const LEGEND = `
  combined     used: its weight is its share in the estimate
  agrees       inside the majority, too noisy to help
  numbering    names the second for a pulse, too coarse to steer by
  warming      not heard often enough yet, or in one direction alone
  rejected     disagrees with the majority
  unreachable  does not answer
  disabled     watched only (noselect)
  offset: what the clock lacks by this source alone; "slow": the clock is behind it.  bound: its error is believed to be below this.`;

/** `timehub sources [-v]`: prints each source with the reason for its state. */
export async function run(options: HubReadOptions & { readonly verbose?: boolean }): Promise<ExitStatus> {
  const client = await openClient(options.socket);
  const status = await client.get<StatusReport>('/v1/status');
  if (options.json === true) console.log(JSON.stringify(status.sources, undefined, 2));
  else console.log((await sourceTable(status)) + (options.verbose === true ? `\n${LEGEND}` : ''));
  return statusOfHub(status);
}
