import { type DetailReport, HubError, type StatusReport } from '../api/index.js';
import { type HubClient, type HubReadOptions, openClient } from './client.js';
import { describeDetail } from './detail.js';
import { EXIT, type ExitStatus } from './exit.js';

/** `timehub show <id>`: prints all details of one source or sink. */
export async function run(id: string, options: HubReadOptions): Promise<ExitStatus> {
  const client = await openClient(options.socket);
  const detail = await detailOf(client, id);
  console.log(options.json === true ? JSON.stringify(detail, undefined, 2) : describeDetail(detail));
  return EXIT.synchronised;
}

async function detailOf(client: HubClient, id: string): Promise<DetailReport> {
  try {
    if (id === '') throw new HubError('TH_CLI_NOT_FOUND', 'no id was given');
    return await client.get<DetailReport>(`/v1/sources/${encodeURIComponent(id)}`);
  } catch (error) {
    if (!(error instanceof HubError && error.code === 'TH_CLI_NOT_FOUND')) throw error;
    const { sources, sinks } = await client.get<StatusReport>('/v1/status');
    const known = [...sources, ...sinks].map((instance) => instance.id);
    throw new HubError(error.code, `there is no source or sink "${id}"`, { hint: `there are: ${known.join(', ')}` });
  }
}
