import { dirname, resolve } from 'node:path';
import type { ClockId } from '../../../api/index.js';
import type { Finding } from '../diagnose/finding.js';
import type { ConfigDocument } from '../read/document.js';
import { hubSchema } from '../schema/hub-schema.js';
import { isTable, showValue } from '../toml-value.js';
import type { MachineInventory } from './machine.js';
import { below, type NamedValue } from './named-values.js';

/** Returns warnings for named interfaces, devices and folders that this machine does not have. They may come later. */
export function checkMachine(
  document: ConfigDocument,
  values: readonly NamedValue[],
  machine: MachineInventory,
): readonly Finding[] {
  const hub = isTable(document.tree.hub) ? below(hubSchema, document.tree.hub, ['hub']) : [];
  return [
    // Paths of [hub] are relative to the folder of the file, those of plugins to the folder of the process.
    ...hub.map((value) => missing({ ...value, text: resolve(document.directory, value.text) }, machine)),
    ...values.filter((value) => !isElsewhere(value, values)).map((value) => missing(value, machine)),
  ].filter((finding) => finding !== undefined);
}

/** Returns true for a device that belongs to the server of its table, which is another machine. */
function isElsewhere({ named, instance }: NamedValue, values: readonly NamedValue[]): boolean {
  if (named.thing !== 'device') return false;
  const server = values.find((other) => other.instance === instance && other.named.thing === 'server');
  return server !== undefined && !/^(localhost|127\.|\[?::1\b)/i.test(server.text);
}

function missing(
  { text, named, path }: Pick<NamedValue, 'text' | 'named' | 'path'>,
  machine: MachineInventory,
): Finding | undefined {
  const absent = (message: string, hint: string): Finding => ({
    ...{ code: 'TH_CFG_ABSENT', severity: 'warning', path, at: 'value', message, hint },
  });
  switch (named.thing) {
    case 'interface':
      return machine.hasInterface(text)
        ? undefined
        : absent(`there is no interface ${showValue(text)}`, 'try: ip -brief link');
    case 'clock': {
      const found = machine.clockDevice(`phc:${text}` satisfies ClockId);
      return 'device' in found ? undefined : absent(found.missing, 'try: ls -l /dev/ptp*; ethtool -T eth0');
    }
    case 'device':
      return !text.startsWith('/') || machine.kindOf(text) !== undefined
        ? undefined
        : absent(`there is no device ${showValue(text)}`, 'check that it is plugged in and has this name');
    case 'input file':
      return machine.kindOf(text) !== undefined
        ? undefined
        : absent(`there is no file ${showValue(text)}`, 'create it, or name another file');
    case 'folder':
      return missingFolder(text, machine, absent);
    case 'file':
      return !text.includes('/') ? undefined : missingFolder(dirname(text), machine, absent);
    default:
      return undefined;
  }
}

function missingFolder(
  folder: string,
  machine: MachineInventory,
  absent: (message: string, hint: string) => Finding,
): Finding | undefined {
  const kind = machine.kindOf(folder);
  if (kind === 'folder') return undefined;
  if (kind === 'other') return absent(`${showValue(folder)} is not a folder`, 'name another folder');
  return absent(`there is no folder ${showValue(folder)}`, 'create it, writable for the user of the hub');
}
