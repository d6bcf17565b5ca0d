import {
  type ClockIdentity,
  comparePorts,
  formatClockIdentity,
  formatPortIdentity,
  type PortIdentity,
} from '../identity.js';
import type { Announce } from '../message.js';
import type { ClockQuality } from '../quality.js';

/** The properties that the data set comparison uses (IEEE 1588-2019 table 12): from an Announce, or of the clock itself. */
export interface AnnounceDataSet {
  readonly priority1: number;
  readonly quality: ClockQuality;
  readonly priority2: number;
  readonly grandmaster: ClockIdentity;
  readonly stepsRemoved: number;
  /** The port that sent the Announce. In the clock's own data set, port 0. */
  readonly sender: PortIdentity;
  /** The port that received it. */
  readonly receiver: PortIdentity;
}

/** The property that decided a comparison. */
export type Criterion =
  | 'priority1'
  | 'clockClass'
  | 'clockAccuracy'
  | 'offsetScaledLogVariance'
  | 'priority2'
  | 'grandmasterIdentity'
  | 'stepsRemoved'
  | 'sender'
  | 'receiver'
  | 'none';

export interface Comparison {
  /** Negative: the first is better. Zero: both are the same, or an Announce of our own came back. */
  readonly order: number;
  readonly by: Criterion;
  /** Both lead to the same grandmaster, and only the path decides (figure 35, "better by topology"). */
  readonly byTopology: boolean;
}

export function announceDataSetOf(announce: Announce, receiver: PortIdentity): AnnounceDataSet {
  const { priority1, quality, priority2, grandmaster, stepsRemoved, header } = announce;
  return { priority1, quality, priority2, grandmaster, stepsRemoved, sender: header.source, receiver };
}

/** The data set comparison of IEEE 1588-2019 §9.3.4, figures 34 and 35. */
export function compareDataSets(a: AnnounceDataSet, b: AnnounceDataSet): Comparison {
  return a.grandmaster === b.grandmaster ? compareTopology(a, b) : compareQuality(a, b);
}

/** Returns what decided between `a` and `b`: `priority1 100 against 128 of 001122.fffe.334455-1`. */
export function explainComparison(a: AnnounceDataSet, b: AnnounceDataSet): string {
  const { by } = compareDataSets(a, b);
  if (by === 'none') return `no difference from ${formatPortIdentity(b.sender)}`;
  return `${by} ${figureOf(a, by)} against ${figureOf(b, by)} of ${formatPortIdentity(b.sender)}`;
}

/** Figure 34. */
function compareQuality(a: AnnounceDataSet, b: AnnounceDataSet): Comparison {
  const steps: readonly (readonly [Criterion, number])[] = [
    ['priority1', a.priority1 - b.priority1],
    ['clockClass', a.quality.clockClass - b.quality.clockClass],
    ['clockAccuracy', a.quality.accuracy - b.quality.accuracy],
    ['offsetScaledLogVariance', a.quality.variance - b.quality.variance],
    ['priority2', a.priority2 - b.priority2],
  ];
  for (const [by, order] of steps) if (order !== 0) return { order, by, byTopology: false };
  return { order: a.grandmaster < b.grandmaster ? -1 : 1, by: 'grandmasterIdentity', byTopology: false };
}

/** Figure 35. */
function compareTopology(a: AnnounceDataSet, b: AnnounceDataSet): Comparison {
  const steps = a.stepsRemoved - b.stepsRemoved;
  if (Math.abs(steps) > 1) return { order: steps, by: 'stepsRemoved', byTopology: false };
  if (steps !== 0) return oneStepApart(steps, steps > 0 ? a : b);
  const sender = comparePorts(a.sender, b.sender);
  if (sender !== 0) return { order: sender, by: 'sender', byTopology: true };
  const receiver = a.receiver.port - b.receiver.port;
  return receiver === 0
    ? { order: 0, by: 'none', byTopology: false }
    : { order: receiver, by: 'receiver', byTopology: true };
}

/** The longer path is worse by topology if its receiver's identity is above its sender's (figure 35). */
function oneStepApart(steps: number, longer: AnnounceDataSet): Comparison {
  const way = comparePorts(longer.receiver, longer.sender);
  if (way === 0) return { order: 0, by: 'none', byTopology: false };
  return { order: steps, by: 'stepsRemoved', byTopology: way > 0 };
}

function figureOf(set: AnnounceDataSet, by: Criterion): string {
  switch (by) {
    case 'priority1':
    case 'priority2':
    case 'stepsRemoved':
      return `${set[by]}`;
    case 'clockClass':
      return `${set.quality.clockClass}`;
    case 'clockAccuracy':
      return hex(set.quality.accuracy, 2);
    case 'offsetScaledLogVariance':
      return hex(set.quality.variance, 4);
    case 'grandmasterIdentity':
      return formatClockIdentity(set.grandmaster);
    case 'sender':
      return formatPortIdentity(set.sender);
    case 'receiver':
      return `port ${set.receiver.port}`;
    case 'none':
      return '';
  }
}

const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0').toUpperCase()}`;
