import type { HubEvent } from '../../api/index.js';

/** An event that has no time yet. */
export type UntimedEvent = Omit<HubEvent, 'at'>;
