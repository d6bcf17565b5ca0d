import type { HubEvent } from '../../api/index.js';

/** An event before its time is added. */
export type UntimedEvent = Omit<HubEvent, 'at'>;
