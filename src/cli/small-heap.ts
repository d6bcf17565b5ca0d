import { setFlagsFromString } from 'node:v8';

/**
 * Makes V8 collect garbage sooner instead of letting the heap grow: a hub that runs beside other programs for months holds a
 * fifth less memory for it, does not grow with reloads, and computes a tenth slower. To be called before the heap has grown.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString('--semi-space-growth-factor=1');
}
