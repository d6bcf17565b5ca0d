import type { HostWorkerOptions, OwnRequest } from '../../kernel/host.js';

/** The `workerData` of a worker. */
export interface WorkerTask extends Omit<HostWorkerOptions, 'module' | 'onRequest'> {
  readonly module: string;
  /** `CONTROL_WORDS` words of 32 bits. */
  readonly control: SharedArrayBuffer;
}

/** Words of `control`: 1 when the worker is to stop, and the rounds of its loop. */
export const STOP = 0;
export const ROUNDS = 1;
export const CONTROL_WORDS = 2;

export type WorkerMessage = 'ready' | OwnRequest;
