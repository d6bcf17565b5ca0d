import { NS_PER_S, type Ns } from '../../api/index.js';
import type { CoreOptions } from '../../core/engine/input.js';
import { assembleHub } from '../../kernel/assembly/assemble.js';
import type { Hub } from '../../kernel/hub.js';
import { createLabHost, type LabHost } from '../host.js';
import { type Link, wire } from '../network/link.js';
import { planTables, type Tables } from './plans.js';

export interface Member {
  readonly host: LabHost;
  readonly hub: Hub;
  /** Number of seconds in which the error was larger than the bound. */
  outsideS: number;
  /** Largest error so far, ns. */
  worstNs: Ns;
}

const CORE: CoreOptions = { minAgreeing: 1, maxErrorNs: 1e9, trackingErrorNs: 10e6 };

/** Makes a machine on the network of the first one, with its own link and oscillator. */
export function machine(first: LabHost | undefined, address: string, link: Partial<Link>, n: number): LabHost {
  const host = createLabHost({
    ...(first === undefined ? { seed: 7 } : { beside: first }),
    address,
    clock: { offsetNs: (n % 2 === 0 ? 1 : -1) * (n + 1) * 1e6, frequencyPpb: 4000 * (n - 2), wander: 1e-9 },
  });
  const lan = { ...wire(), baseNs: 50e3, jitterNs: 10e3, shape: 'exp' as const, ...link };
  Object.assign(host.network.towards, lan);
  Object.assign(host.network.from, lan);
  return host;
}

/** Starts a hub on a machine: the real kernel, estimator and plugins. */
export async function join(host: LabHost, tables: Tables, core: Partial<CoreOptions> = {}): Promise<Member> {
  const hub = assembleHub(host, { ...CORE, ...core });
  await hub.start(await planTables(tables));
  return { host, hub, outsideS: 0, worstNs: 0 };
}

/** Lets time pass. Each second it compares the offset and bound of each hub with the truth. */
export async function watch(members: readonly Member[], seconds: number): Promise<void> {
  const [{ host }] = members as readonly [Member];
  const startNs = host.nowNs;
  for (let second = 1; second <= seconds; second++) {
    await host.run(startNs + second * NS_PER_S);
    for (const member of members) compare(member);
  }
}

function compare(member: Member): void {
  const { mode, clocks } = member.hub.report.state();
  const [{ offsetNs, boundNs }] = clocks as readonly [(typeof clocks)[number]];
  if (!Number.isFinite(boundNs)) return;
  const errorNs = Math.abs(member.host.errorNs('system') - offsetNs);
  if (mode !== 'unsynchronised') member.worstNs = Math.max(member.worstNs, errorNs);
  if (errorNs > boundNs) member.outsideS++;
}

export const modesOf = (members: readonly Member[]): string[] => members.map(({ hub }) => hub.report.state().mode);

export const strataOf = (members: readonly Member[]): number[] =>
  members.map(({ hub }) => hub.report.state().ntp.stratum);

/** Returns the report of one source. */
export const sourceOf = ({ hub }: Member, id: string) => hub.report.state().sources.find((source) => source.id === id)!;
