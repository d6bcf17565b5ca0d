export { checkLimits } from './limits.js';
export { type ReadScenario, readScenario } from './read.js';
export type { Scenario } from './schema.js';
export { type SimulateOptions, type SimulationResult, simulate } from './simulate.js';
