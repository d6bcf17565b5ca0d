import { type MetricSample, NS_PER_S, type StatusReport } from 'timehub/api';

type Values = MetricSample['values'];
type Clock = StatusReport['clocks'][number];
type Source = StatusReport['sources'][number];

const MODES = ['unsynchronised', 'converging', 'tracking', 'holdover'] as const;
const SOURCE_STATES = ['unreachable', 'warming', 'numbering', 'agrees', 'combined', 'rejected', 'disabled'] as const;

const gauge = (name: string, help: string, values: Values): MetricSample => ({
  name: `timehub_${name}`,
  help,
  type: 'gauge',
  values,
});
const alone = (value: number): Values => [{ labels: {}, value }];
const seconds = (ns: number): number => ns / NS_PER_S;
/** An unknown bound becomes `+Inf`, which exceeds the threshold of any alert. NaN would trigger none. */
const bounded = (ns: number): number => (Number.isNaN(ns) ? Number.POSITIVE_INFINITY : ns);

/**
 * Returns the hub's state in base units. The label `id` names a clock, source or sink. Each state is a series of 0 or 1. A
 * series exists as long as its instance: an unknown value is `NaN`, an unknown bound is `+Inf`.
 */
export function hubSamples(status: StatusReport): readonly MetricSample[] {
  return [
    gauge('build_info', 'Version of the hub.', [{ labels: { version: status.version }, value: 1 }]),
    gauge('uptime_seconds', 'Time since the hub started.', alone(status.uptimeS)),
    gauge(
      'mode',
      'Mode of the hub: 1 for the present mode, 0 for the others.',
      MODES.map((mode) => ({ labels: { mode }, value: status.mode === mode ? 1 : 0 })),
    ),
    ...clockSamples(status.clocks),
    ...sourceSamples(status.sources),
    gauge(
      'sink_up',
      '1 if the sink is running, otherwise 0.',
      status.sinks.map(({ id, state }) => ({ labels: { id }, value: state === 'running' ? 1 : 0 })),
    ),
    gauge(
      'holdover_lasts_seconds',
      'Time for which the error bound would stay below the target if all sources fell silent now.',
      alone(status.holdover?.lastsS ?? Number.NaN),
    ),
    gauge('leap_tai_minus_utc_seconds', 'TAI minus UTC.', alone(status.leap.taiMinusUtc)),
    gauge('ntp_stratum', 'Stratum given to NTP clients.', alone(status.ntp.stratum)),
    gauge('ntp_root_delay_seconds', 'Root delay given to NTP clients.', alone(seconds(status.ntp.rootDelayNs))),
    gauge(
      'ntp_root_dispersion_seconds',
      'Root dispersion given to NTP clients.',
      alone(seconds(status.ntp.rootDispersionNs)),
    ),
    gauge('ptp_clock_class', 'clockClass given to PTP clients.', alone(status.ptp.clockClass)),
  ];
}

function clockSamples(clocks: readonly Clock[]): readonly MetricSample[] {
  const each = (value: (clock: Clock) => number): Values =>
    clocks.map((clock) => ({ labels: { id: clock.id }, value: value(clock) }));
  return [
    gauge(
      'clock_offset_seconds',
      'Reference minus clock: positive means that the clock is slow.',
      each((clock) => seconds(clock.offsetNs)),
    ),
    gauge(
      'clock_sigma_seconds',
      'One standard deviation of the offset.',
      each((clock) => seconds(clock.sigmaNs)),
    ),
    gauge(
      'clock_error_bound_seconds',
      'Error bound of the offset if the sources that carry the estimate are right.',
      each((clock) => seconds(bounded(clock.boundNs))),
    ),
    gauge(
      'clock_majority_error_bound_seconds',
      'Error bound of the offset whichever minority of the independent voters is wrong; +Inf without a majority.',
      each((clock) => seconds(bounded(clock.majorityBoundNs ?? Number.NaN))),
    ),
    gauge(
      'clock_frequency_ratio',
      'Correction that the bare oscillator needs, seconds per second.',
      each((clock) => clock.frequencyPpb / 1e9),
    ),
    gauge(
      'clock_steered',
      '1 if the hub steers the clock, otherwise 0.',
      each((clock) => (clock.steered ? 1 : 0)),
    ),
  ];
}

function sourceSamples(sources: readonly Source[]): readonly MetricSample[] {
  const each = (value: (source: Source) => number): Values =>
    sources.map((source) => ({ labels: { id: source.id }, value: value(source) }));
  const states = sources.flatMap(({ id, state }) =>
    SOURCE_STATES.map((name) => ({ labels: { id, state: name }, value: name === state ? 1 : 0 })),
  );
  return [
    gauge('source_state', 'State of a source: 1 for the present state, 0 for the others.', states),
    gauge(
      'source_offset_seconds',
      'Reference minus clock by this source alone.',
      each((source) => seconds(source.offsetNs)),
    ),
    gauge(
      'source_sigma_seconds',
      'One standard deviation of the offset by this source.',
      each((source) => seconds(source.sigmaNs)),
    ),
    gauge(
      'source_error_bound_seconds',
      'Error bound of the offset by this source.',
      each((source) => seconds(bounded(source.boundNs))),
    ),
    gauge(
      'source_weight_ratio',
      'Share in the combined estimate.',
      each((source) => source.weight),
    ),
    gauge(
      'source_age_seconds',
      'Time since the last observation.',
      each((source) => source.ageS),
    ),
    {
      name: 'timehub_source_observations_total',
      help: 'Observations since the start.',
      type: 'counter',
      values: each((source) => source.observations),
    },
  ];
}
