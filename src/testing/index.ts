export { createLabHost, type LabClockSetting, LabHost, type LabHostOptions } from '../lab/host.js';
export { type Link, wire } from '../lab/network/link.js';
export {
  type FakeHost,
  type FakeOptions,
  type FakeSink,
  type FakeSinkOptions,
  type FakeSource,
  fakeSink,
  fakeSource,
} from './context.js';
export { checkContract } from './contract.js';
export { type Creatable, createInstance } from './instance.js';
export type { FakeRecord } from './record.js';
export { timeStateOf } from './time-state.js';
