import type { ClockId } from '../../../api/index.js';

/** Interfaces, clocks, files and addresses of the machine, for the checks. A simulation has none. */
export interface MachineInventory {
  hasInterface(name: string): boolean;
  /** Returns the device of a hardware clock, such as `/dev/ptp0`, or a sentence with the reason why there is none. */
  clockDevice(id: ClockId): { readonly device: string } | { readonly missing: string };
  /** Returns the kind of a file, or undefined if it does not exist. */
  kindOf(path: string): 'folder' | 'other' | undefined;
  /** Returns the IP addresses of the interfaces. */
  addresses(): readonly string[];
}
