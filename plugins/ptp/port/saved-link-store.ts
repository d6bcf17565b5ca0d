import type { Context } from 'timehub/api';
import { formatPortIdentity, type SavedLink } from 'timehub/protocol/ptp';
import * as v from 'valibot';

const between = (least: number, most: number) => v.pipe(v.number(), v.minValue(least), v.maxValue(most));

/** Saved values outside these limits are dropped: no link and no oscillator has them. */
const linkSchema = v.object({
  link: v.string(),
  neighbour: v.optional(
    v.object({ clock: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)), port: v.pipe(between(0, 0xffff), v.integer()) }),
  ),
  delayNs: between(-1e9, 1e9),
  ratePpb: between(-250_000, 250_000),
});

/** Reads and saves the values of a port's link (stored values of the automotive profile). */
export class SavedLinkStore {
  readonly saved: SavedLink | undefined;
  readonly #context: Context;
  readonly #link: string;

  /** `link`: names the interface and its stamping clock. Values that were saved with others do not apply. */
  constructor(context: Context, link: string) {
    const found = v.safeParse(linkSchema, context.remembered);
    this.#context = context;
    this.#link = link;
    this.saved = found.success && found.output.link === link ? found.output : undefined;
  }

  save({ neighbour, delayNs, ratePpb }: SavedLink): void {
    this.#context.log.debug('saves the values of the link', {
      ...{ delayNs, ratePpb },
      ...(neighbour === undefined ? {} : { neighbour: formatPortIdentity(neighbour) }),
    });
    this.#context.remember({ link: this.#link, neighbour, delayNs, ratePpb });
  }
}
