import type { TimeState } from 'timehub/api';
import { type FakeHost, type FakeSink, type FakeSource, fakeSink, fakeSource } from 'timehub/testing';
import type { NtpWorld } from './world.js';

export const sourceContext = (world: NtpWorld, id = 'ntp.test', remembered?: unknown): FakeSource<FakeHost> =>
  fakeSource({
    ...{ host: world.host, id, remembered, voteState: () => world.voteState(id) },
    worthAskingIn: (minNs, maxNs) => Math.min(maxNs, Math.max(minNs, world.worthNs)),
  });

export const sinkContext = (world: NtpWorld, state: TimeState): FakeSink<FakeHost> =>
  fakeSink({ host: world.host, id: 'ntp.test', state });
