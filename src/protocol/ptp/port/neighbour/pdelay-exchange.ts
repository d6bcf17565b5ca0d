import type { Stamp } from '../../../../api/time.js';
import { type PortIdentity, samePort } from '../../identity.js';
import type { PdelayResp, PdelayRespFollowUp } from '../../message.js';

/** The times of a Pdelay_Req and its answer. */
export interface PdelayTimes {
  /** t1 and t4 of the local clock. */
  readonly sent: Stamp;
  readonly received: Stamp;
  /** Contains t2, or in one step the turnaround time (correctionField). */
  readonly response: PdelayResp;
  /** Contains t3, in two steps. */
  readonly followUp: PdelayRespFollowUp | undefined;
}

/** Maximum number of responders that are kept by name. */
const RESPONDERS = 3;

/** One Pdelay_Req, its transmit stamp and its answers, in any order (IEEE 1588-2019 §11.4.2). */
export class PdelayExchange {
  readonly token: number;
  readonly sequenceId: number;
  #sent: Stamp | undefined;
  #response: { readonly message: PdelayResp; readonly received: Stamp } | undefined;
  #followUp: PdelayRespFollowUp | undefined;
  #responders: readonly PortIdentity[] = [];
  /** The exchange was evaluated. Later answers only add responders. */
  isDone = false;
  isStampLost = false;
  /** An answer came from our own clock. */
  isLooped = false;

  constructor(token: number, sequenceId: number) {
    this.token = token;
    this.sequenceId = sequenceId;
  }

  get responders(): readonly PortIdentity[] {
    return this.#responders;
  }

  /** Each method returns the times once they are complete, undefined before and after. */
  sent(stamp: Stamp): PdelayTimes | undefined {
    this.#sent = stamp;
    return this.#times();
  }

  receiveResponse(message: PdelayResp, received: Stamp): PdelayTimes | undefined {
    const { source } = message.header;
    if (this.#responders.some((known) => samePort(known, source))) return undefined;
    if (this.#responders.length < RESPONDERS) this.#responders = [...this.#responders, source];
    if (this.#response !== undefined) return undefined;
    this.#response = { message, received };
    return this.#times();
  }

  receiveFollowUp(message: PdelayRespFollowUp): PdelayTimes | undefined {
    if (this.#followUp !== undefined) return undefined;
    const response = this.#response?.message;
    if (response !== undefined && !samePort(response.header.source, message.header.source)) return undefined;
    this.#followUp = message;
    return this.#times();
  }

  #times(): PdelayTimes | undefined {
    if (this.isDone || this.#sent === undefined || this.#response === undefined) return undefined;
    const { message: response, received } = this.#response;
    const { flags, source } = response.header;
    const followUp = flags.twoStep ? this.#followUp : undefined;
    if (flags.twoStep && (followUp === undefined || !samePort(followUp.header.source, source))) return undefined;
    this.isDone = true;
    return { sent: this.#sent, received, response, followUp };
  }
}
