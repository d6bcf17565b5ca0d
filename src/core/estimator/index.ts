export { createEstimator, type EstimatorOptions } from './estimator.js';
export type * from './types.js';
