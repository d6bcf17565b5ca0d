import { CLOCKS } from './clocks.js';
import { CONFIGURATION } from './configuration.js';
import type { Explanations } from './explanation.js';
import { NETWORK } from './network.js';
import { PLUGINS } from './plugins.js';
import { TOOLS } from './tools.js';

/** By what they are about. */
export const FAMILIES: readonly Explanations[] = [CONFIGURATION, CLOCKS, NETWORK, PLUGINS, TOOLS];

/** Every code of the tree. A code is never given another meaning and never used again once it is gone. */
export const ERRORS: Explanations = Object.assign({}, ...FAMILIES);
