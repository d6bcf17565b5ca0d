import type { ClockId } from '../../../api/index.js';

/** Questions of check-config to the machine. The host answers them; a simulation has none. */
export interface MachineInventory {
  hasInterface(name: string): boolean;
  /** The device of a hardware clock, such as `/dev/ptp0`, or a sentence that says why there is none. */
  clockDevice(id: ClockId): { readonly device: string } | { readonly missing: string };
  /** Undefined: there is nothing at this path. */
  kindOf(path: string): 'folder' | 'other' | undefined;
  /** IP addresses of the interfaces. */
  addresses(): readonly string[];
}
