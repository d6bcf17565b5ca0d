import { CLOCKS } from './clocks.js';
import { CONFIGURATION } from './configuration.js';
import type { Explanations } from './explanation.js';
import { NETWORK } from './network.js';
import { PLUGINS } from './plugins.js';
import { TOOLS } from './tools.js';

/** Codes grouped by subject, one file each. */
export const FAMILIES: readonly Explanations[] = [CONFIGURATION, CLOCKS, NETWORK, PLUGINS, TOOLS];

/** Every code. A code never changes its meaning, and a removed code is never used again. */
export const ERRORS: Explanations = Object.assign({}, ...FAMILIES);
