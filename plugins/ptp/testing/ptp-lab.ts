import { BUILT_AT, NS_PER_S, type Ns } from 'timehub/api';
import { assembleHub } from '../../../src/kernel/assembly/assemble.js';
import { STATE_STORE } from '../../../src/kernel/assembly/tokens.js';
import type { Hub } from '../../../src/kernel/hub.js';
import { NO_STATE, type StateStore } from '../../../src/kernel/saved-state/state-file.js';
import { createLabHost, type LabHost, type LabHostOptions } from '../../../src/lab/host.js';
import { wire } from '../../../src/lab/network/link.js';
import type { Segment, SegmentPort } from '../../../src/lab/network/segment.js';
import { planTables, type Tables } from '../../../src/lab/testing/plans.js';

/** Machines in virtual time, on switches that take 300 ns towards a port and 200 ns from it. */
export class PtpLab {
  readonly machines: PtpLabMachine[] = [];

  add(options: LabHostOptions = {}): PtpLabMachine {
    const n = this.machines.length + 1;
    const [first] = this.machines;
    const beside = first === undefined ? {} : { beside: first.host };
    const machine = new PtpLabMachine(createLabHost({ ...options, ...beside, address: `192.0.2.${n}` }), n);
    this.machines.push(machine);
    return machine;
  }

  segment(name: string): Segment {
    return this.machines[0]!.host.fabric.segment(name);
  }

  /** Runs for `seconds` of virtual time. */
  run(seconds: number): Promise<void> {
    const { host } = this.machines[0]!;
    return host.run(host.nowNs + seconds * NS_PER_S);
  }

  /** Returns the results of `ask`, called every quarter of a second, without repetitions. */
  async watch<T>(seconds: number, ask: () => T): Promise<readonly T[]> {
    const seen: T[] = [];
    for (let quarter = 0; quarter < 4 * seconds; quarter++) {
      await this.run(0.25);
      const answer = ask();
      if (answer !== undefined && answer !== seen.at(-1)) seen.push(answer);
    }
    return seen;
  }

  async stop(): Promise<void> {
    for (const { hub } of this.machines) await hub?.stop();
  }
}

export class PtpLabMachine {
  readonly host: LabHost;
  hub: Hub | undefined;
  /** The saved state that one hub of the machine leaves to the next. */
  state: StateStore = NO_STATE;
  readonly #n: number;

  constructor(host: LabHost, n: number) {
    this.host = host;
    this.#n = n;
  }

  /** `phc`: N of the port's hardware clock. */
  plug(segment: Segment, name = 'eth0', phc?: number): SegmentPort {
    const n = this.#n;
    const last = name.at(-1)!;
    return this.host.network.plug(segment, {
      ...{ name, mac: `02:00:00:00:0${last}:0${n}`, addresses: [`10.${last}.0.${n}`, `fe80::${last}:${n}`] },
      ...(phc === undefined ? {} : { phc }),
      ...{ towards: wire({ baseNs: 300 }), from: wire({ baseNs: 200 }) },
    });
  }

  async start(tables: Tables, trackingErrorNs: Ns = 1e8): Promise<Hub> {
    const plans = await planTables(tables);
    // Without a source the hub runs free.
    const isAlone = !Object.keys(tables).some((path) => path.startsWith('source.'));
    const localStratum = isAlone ? 10 : undefined;
    const core = { builtAt: BUILT_AT, minAgreeing: 1, maxErrorNs: 1e9, trackingErrorNs, localStratum };
    const hub = assembleHub(this.host, core, (parts) => parts.value(STATE_STORE, this.state));
    this.hub = hub;
    await hub.start(plans);
    return hub;
  }

  /** Returns the hub's estimate of its system clock's offset − the true offset. */
  mistakeNs(): Ns {
    const { offsetNs, slopePpb, monotonic } = this.hub!.report.state().clocks[0]!;
    const sinceS = Number(this.host.monotonic() - monotonic) / NS_PER_S;
    return offsetNs + slopePpb * sinceS - this.host.errorNs('system');
  }

  inspect<T = Record<string, unknown>>(id: string): T {
    return this.hub!.report.detail(id)!.inspect as T;
  }
}
