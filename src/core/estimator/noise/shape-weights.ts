import type { NoiseShape } from './noise-shape.js';

/** Every so many legs the logarithms of all weights are multiplied by WEIGHT_RETENTION: a shape is judged by the last few hundred. */
const LEGS_TO_FORGET = 16;
const WEIGHT_RETENTION = 0.9975 ** LEGS_TO_FORGET;
const LEAST_WEIGHT = Math.exp(-20);

/**
 * Updates the weights of all shapes of one path after a leg. Each member of the wander bank has weights of its own: a sharp edge
 * and a restless oscillator explain what round noise and a calm one do, so only both together can be judged. The part of a
 * member that is due to a switch of the wander takes the mean of all members. `weights`, `switchedShare`: of the members.
 */
export class ShapeWeights {
  private legs = 0;

  learn(shapes: readonly NoiseShape[], weights: Float64Array, switchedShare: Float64Array, leadMember: number): void {
    this.legs++;
    const forgets = this.legs % LEGS_TO_FORGET === 0;
    learnMember(shapes, leadMember, leadMember, forgets);
    for (let k = 0; k < weights.length; k++) if (k !== leadMember) learnMember(shapes, k, leadMember, forgets);
    let top = 0;
    let all = 0;
    for (const shape of shapes) {
      shape.weight = 0;
      for (let k = 0; k < weights.length; k++) shape.weight += weights[k]! * shape.memberWeights[k]!;
      all += shape.weight;
      top = Math.max(top, shape.weight);
    }
    for (const shape of shapes) {
      const { memberWeights } = shape;
      const mean = shape.weight / all;
      for (let k = 0; k < weights.length; k++)
        memberWeights[k] = memberWeights[k]! + switchedShare[k]! * (mean - memberWeights[k]!);
      shape.weight = Math.max(shape.weight / top, LEAST_WEIGHT);
      shape.logWeight = Math.log(shape.weight);
    }
  }
}

/** Sets the weights of the shapes under one member, with the sum 1. Those of dormant shapes are the leading member's. */
function learnMember(shapes: readonly NoiseShape[], member: number, leadMember: number, forgets: boolean): void {
  let top = 0;
  for (const shape of shapes) {
    const { memberWeights } = shape;
    if (shape.isDormant && member !== leadMember) continue;
    const before = forgets ? memberWeights[member]! ** WEIGHT_RETENTION : memberWeights[member]!;
    memberWeights[member] = before * shape.likelihood(member);
    top = Math.max(top, memberWeights[member]!);
  }
  let sum = 0;
  for (const shape of shapes) {
    const { memberWeights } = shape;
    const isFollowing = shape.isDormant && member !== leadMember;
    memberWeights[member] = isFollowing
      ? memberWeights[leadMember]!
      : Math.max(memberWeights[member]! / top, LEAST_WEIGHT);
    sum += memberWeights[member]!;
  }
  for (const { memberWeights } of shapes) memberWeights[member] = memberWeights[member]! / sum;
}
