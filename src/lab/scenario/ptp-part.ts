import type { LabHost } from '../host.js';
import type { Link } from '../network/link.js';
import { addPtpNode, type PtpNode } from '../nodes/ptp-node.js';
import type { PtpSetting, PtpState } from './ptp-schema.js';
import { startLinks } from './start-link.js';

/** Returns the name of the hub's interface to the timeTransmitter of this number. */
const interfaceOf = (number: number): string => `eth${number}`;

/** Makes a timeTransmitter and the machine's interface to it. */
export function addPtp(host: LabHost, setting: PtpSetting, index: number): PtpNode {
  const number = index + 1;
  const segment = host.fabric.segment(`ptp ${setting.name}`);
  host.network.plug(segment, {
    ...{ name: interfaceOf(number), mac: `02:00:00:00:02:${number.toString(16).padStart(2, '0')}` },
    addresses: [`10.200.${number}.2`],
  });
  const node = addPtpNode(host, {
    ...{ number, segment, offsetNs: setting.offset, twoStep: setting['two-step'] },
    ...{ logSync: setting['sync-interval'], logDelay: setting['delay-interval'] },
    ...startLinks(host, { ...setting, name: `ptp ${setting.name}` }),
  });
  alter(node, setting);
  return node;
}

/** Returns the table `[source.ptp.<name>]` that follows this timeTransmitter. */
export const tableOf = (setting: PtpSetting, index: number): object => ({
  interface: interfaceOf(index + 1),
  delay: setting.delay,
  'sync-interval': `${2 ** setting['sync-interval'] * 1e9}ns`,
  'delay-interval': `${2 ** setting['delay-interval'] * 1e9}ns`,
});

export function happenToPtp(event: PtpSetting['event'][number], setting: PtpSetting, node: PtpNode): void {
  lengthen(node.up, event['up-extra'], setting.up.baseNs);
  lengthen(node.down, event['down-extra'], (setting.down ?? setting.up).baseNs);
  node.offsetNs += event['offset-step'] ?? 0;
  alter(node, event);
}

function alter(node: PtpNode, state: PtpState): void {
  node.mute = state.mute ?? node.mute;
  node.spoiled = state.spoiled ?? node.spoiled;
  node.delayPort = state['delay-port'] ?? node.delayPort;
  node.up.loss = state['up-loss'] ?? node.up.loss;
  node.down.loss = state['down-loss'] ?? node.down.loss;
}

/** Sets the base delay to `baseNs`, that of the start, + `extraNs`. */
export function lengthen(link: Link, extraNs: number | undefined, baseNs: number): void {
  if (extraNs !== undefined) link.baseNs = baseNs + extraNs;
}
