import type { Logger } from '../../api/index.js';
import { type Damped, type DamperParts, EventDamper } from './event-damper.js';

interface Line extends Damped {
  readonly id: string;
  readonly fields: object | undefined;
}

/** The logs of the instances: repeated lines are counted and summarised, except those of level debug. */
export class InstanceLogs {
  readonly #log: (id: string) => Logger;
  readonly #damper: EventDamper<Line>;

  constructor(log: (id: string) => Logger, clock: Pick<DamperParts<Line>, 'monotonic' | 'after'>) {
    this.#log = log;
    this.#damper = new EventDamper({ ...clock, subjectOf: ({ id }) => id, report: (line) => this.#write(line) });
  }

  of(id: string): Logger {
    return {
      debug: (text, fields) => this.#log(id).debug(text, fields),
      info: (text, fields) => this.#damper.take({ id, severity: 'info', text, fields }),
      warn: (text, fields) => this.#damper.take({ id, severity: 'warning', text, fields }),
    };
  }

  /** Reports the held lines of an instance and forgets it. */
  forget(id: string): void {
    this.#damper.forget(id);
  }

  stop(): void {
    this.#damper.stop();
  }

  #write({ id, severity, text, fields }: Line): void {
    if (severity === 'warning') this.#log(id).warn(text, fields);
    else this.#log(id).info(text, fields);
  }
}
