import { HubError } from '../../api/index.js';
import type { Host } from '../../kernel/host.js';
import { createRandom } from '../random.js';
import { LoopbackGpsd } from './gpsd-server.js';
import { parseLab } from './lab-table.js';
import { LoopbackNtpServer } from './ntp-server.js';
import type { LabPart } from './part.js';

export interface LabPartReport {
  readonly name: string;
  readonly running: boolean;
  readonly served: number;
  readonly summary: string;
}

/** The running lab of the demo. */
export interface Lab {
  list(): readonly LabPartReport[];
  /** Switches a part off. Throws `TH_LAB_UNKNOWN`. */
  stop(name: string): Promise<void>;
  start(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts the servers and receivers of a `[lab]` table on real sockets. Throws `TH_LAB_TABLE`, `TH_NET_*`. */
export async function startLab(table: unknown, host: Host): Promise<Lab> {
  const { seed, server, gpsd } = parseLab(table);
  const random = createRandom(seed);
  // True time in the demo is the machine's own clock: the errors of its servers count from it.
  const now = () => {
    const clock = host.clocks[0]!.read().time;
    return { truth: clock, clock };
  };
  const world = { after: host.after.bind(host), now };
  const parts: readonly LabPart[] = [
    ...server.map((entry) => new LoopbackNtpServer(entry, host, random.fork(entry.name))),
    ...gpsd.map((entry) => new LoopbackGpsd(entry, world, random.fork(entry.name))),
  ];
  const close = async (): Promise<void> => {
    await Promise.all(parts.map((part) => part.stop()));
  };
  try {
    for (const part of parts) await part.start();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    list: () => parts.map(({ name, running, served, summary }) => ({ name, running, served, summary })),
    stop: (name) => find(parts, name).stop(),
    start: (name) => find(parts, name).start(),
    close,
  };
}

function find(parts: readonly LabPart[], name: string): LabPart {
  const part = parts.find((candidate) => candidate.name === name);
  if (part !== undefined) return part;
  throw new HubError('TH_LAB_UNKNOWN', `the lab has no "${name}"`, {
    hint: `it has: ${parts.map((known) => known.name).join(', ')}`,
  });
}
