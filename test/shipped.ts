import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PtpLab, type PtpLabMachine } from '../plugins/ptp/testing/ptp-lab.js';
import type { NtpView, PtpView } from '../src/api/index.js';
import { loadHub } from '../src/cli/load-hub.js';
import { packageRoot } from '../src/cli/package-root.js';
import { assembleHub } from '../src/kernel/assembly/assemble.js';
import { formatProblems } from '../src/kernel/config/index.js';
import type { Hub } from '../src/kernel/hub.js';
import type { LabHost } from '../src/lab/host.js';
import { wire } from '../src/lab/network/link.js';
import { addNtpServer, type NtpNode } from '../src/lab/nodes/ntp-node.js';

/** A shipped configuration on machines of the lab. */
export class Shipped {
  readonly lab = new PtpLab();
  readonly #folder = mkdtempSync(join(tmpdir(), 'timehub-shipped-'));

  /** Starts a hub with a configuration file of the project, or with a text that names a preset. */
  async start(machine: PtpLabMachine, config: { readonly file: string } | { readonly text: string }): Promise<Hub> {
    const path = 'file' in config ? join(packageRoot(), config.file) : this.#write(config.text);
    const loaded = await loadHub(path);
    if (loaded.problems !== undefined) throw new Error(formatProblems(loaded.problems));
    const hub = assembleHub(machine.host, loaded.config.hub);
    machine.hub = hub;
    // The control socket and the dashboard are sockets of this machine, not of the lab's.
    await hub.start(loaded.plans.filter(({ definition: { type } }) => type !== 'observability'));
    return hub;
  }

  async stop(): Promise<void> {
    await this.lab.stop();
    rmSync(this.#folder, { recursive: true });
  }

  /** Returns a file without the table of the office's server. Without it, the hub serves its clock as it is. */
  withoutOffice(file: string): string {
    const text = readFileSync(join(packageRoot(), file), 'utf8');
    return text
      .replace('[hub]\n', '[hub]\nfree-run = true\n')
      .replace(/\[source\.ntp\.office\]\n(?:[a-z-]+ = .*\n)+/, '');
  }

  /** Returns the first configuration of README.md. */
  exampleOfReadme(): string {
    return /```toml\n(.*?)```/s.exec(readFileSync(join(packageRoot(), 'README.md'), 'utf8'))![1]!;
  }

  #write(text: string): string {
    const path = join(this.#folder, 'timehub.toml');
    writeFileSync(path, text);
    return path;
  }
}

/** Returns servers by name, all at the same distance. */
export function addServers(
  host: LabHost,
  names: readonly string[],
  oneWayNs: number,
  jitterNs: number,
): readonly NtpNode[] {
  return names.map((name, index) => {
    const address = `203.0.113.${index + 1}`;
    host.fabric.names.set(name, [address]);
    host.fabric.names.set('localhost', ['127.0.0.1']);
    const link = () => wire({ baseNs: oneWayNs, jitterNs, shape: 'exp' });
    return addNtpServer(host, { address, up: link(), down: link() });
  });
}

/** Returns how often the hub stepped the system clock. */
export const stepsOf = (hub: Hub): number =>
  hub.report.events().filter(({ id, text }) => id === 'system' && /^was stepped (?!.*another program)/.test(text))
    .length;

/** Returns the mode and the served NTP and PTP views, in one line. */
export function served(hub: Hub): string {
  const { mode, ntp, ptp }: { mode: string; ntp: NtpView; ptp: PtpView } = hub.report.state();
  return `${mode}, stratum ${ntp.stratum} ${ntp.refid}, class ${ptp.clockClass}`;
}
