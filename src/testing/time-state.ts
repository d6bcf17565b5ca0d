import type { TimeState } from '../api/index.js';
import type { LabHost } from '../lab/host.js';

/** Returns the time state of a hub that knows how wrong the clocks of a machine of the lab are, to 10 ns (1 sigma). */
export function timeStateOf(host: LabHost, over: Partial<TimeState> = {}): TimeState {
  const clocks = host.clocks.map((clock) => {
    const { time, monotonic } = clock.read();
    return {
      ...{ id: clock.id, scale: clock.scale, reading: time, monotonic, offsetNs: host.errorNs(clock.id) },
      ...{ sigmaNs: 10, boundNs: 100, boundGrowthPpb: 0, slopePpb: 0 },
      ...{ frequencyPpb: 0, frequencySigmaPpb: 1, steered: false },
    };
  });
  return {
    ...{ mode: 'tracking', reason: '', modeSince: 0n, monotonic: host.monotonic(), clocks, sources: [] },
    leap: { pending: 'none', taiMinusUtc: host.taiMinusUtc, taiKnown: true },
    ntp: {
      ...{ stratum: 1, refid: 'GPS', leap: 'none', rootDelayNs: 0, rootDispersionNs: 100 },
      referenceTime: clocks[0]!.reading,
    },
    ptp: {
      ...{ clockClass: 6, clockAccuracy: 0x21, offsetScaledLogVariance: 0x4e5d, timeSource: 0x20 },
      ...{ timeTraceable: true, frequencyTraceable: true },
    },
    ...over,
  };
}
