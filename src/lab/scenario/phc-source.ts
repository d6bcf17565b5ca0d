import * as v from 'valibot';
import {
  type Claims,
  type ClockId,
  defineSource,
  type Ns,
  type Observation,
  type Running,
  type SourceContext,
  type SourceDefinition,
} from '../../api/index.js';
import type { LabHost } from '../host.js';
import type { Random } from '../random.js';
import type { PhcSetting } from './schema.js';

/**
 * A source that compares a PTP hardware clock with the system clock, and with its grandmaster if it has one. It takes the place
 * of plugins that need hardware.
 */
export const phcSource = (host: LabHost, setting: PhcSetting): SourceDefinition =>
  defineSource<unknown>({
    type: 'phc',
    summary: 'A hardware clock of the lab',
    stability: 'experimental',
    needs: [],
    config: v.unknown(),
    create: (_config, context) => new PhcSource(host, setting, context),
  });

type GrandmasterEvent = NonNullable<PhcSetting['grandmaster']>['event'][number];

class PhcSource implements Running<unknown> {
  readonly #host: LabHost;
  readonly #setting: PhcSetting;
  readonly #context: SourceContext;
  readonly #random: Random;
  readonly #clock: ClockId;
  #grandmasterNs: Ns;
  #claims: Claims = { synchronised: true };

  constructor(host: LabHost, setting: PhcSetting, context: SourceContext) {
    this.#host = host;
    this.#setting = setting;
    this.#context = context;
    this.#random = host.stream(`phc ${setting.name}`);
    this.#clock = `phc:${setting.name}`;
    this.#grandmasterNs = setting.grandmaster?.offset ?? 0;
  }

  async start(): Promise<void> {
    const { grandmaster } = this.#setting;
    this.#claims = {
      ...{ synchronised: true, stratum: 0, rootDelayNs: 0, rootDispersionNs: 0 },
      reference: 'PTP',
      address: this.#setting.name,
      ...(grandmaster === undefined ? {} : { biasBoundNs: grandmaster['bias-bound'] }),
    };
    for (const event of grandmaster?.event ?? []) this.#context.after(event.at, () => this.#jump(event));
    this.#report();
  }

  async stop(): Promise<void> {}

  #jump({ 'offset-step': stepNs, announced }: GrandmasterEvent): void {
    this.#grandmasterNs += stepNs;
    if (announced) this.#context.discontinuity('The grandmaster was set.', stepNs);
  }

  #report(): void {
    const { poll, 'link-noise': linkNs, grandmaster } = this.#setting;
    const { monotonic } = this.#host.clocks[0].stamp('hardware');
    const ownNs = this.#host.errorNs(this.#clock);
    const common = { kind: 'reading', clock: this.#clock, monotonic, stamp: 'hardware', noiseFloorNs: 1 } as const;
    const aheadNs = ownNs - this.#host.errorNs('system');
    const observations: Observation[] = [
      // The two clocks are on different timescales: this compares their readings.
      {
        ...common,
        path: 'link',
        versus: 'system',
        offsetNs: aheadNs - this.#host.taiMinusUtc * 1e9 + linkNs * this.#random.normal(),
        noiseNs: linkNs,
      },
      ...(grandmaster === undefined
        ? []
        : [
            {
              ...common,
              scale: 'tai' as const,
              offsetNs: ownNs + this.#grandmasterNs + grandmaster.noise * this.#random.normal(),
              noiseNs: grandmaster.noise,
            },
          ]),
    ];
    this.#context.report({ claims: this.#claims, observations });
    this.#context.after(poll, () => this.#report());
  }
}
