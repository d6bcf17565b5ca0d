import type { Context } from 'timehub/api';
import { formatPortIdentity, type SavedLink } from 'timehub/protocol/ptp';
import * as v from 'valibot';

const between = (least: number, most: number) => v.pipe(v.number(), v.minValue(least), v.maxValue(most));

/** What no link and no oscillator goes beyond: a value outside is not ours. */
const linkSchema = v.object({
  link: v.string(),
  neighbour: v.optional(
    v.object({ clock: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)), port: v.pipe(between(0, 0xffff), v.integer()) }),
  ),
  delayNs: between(-1e9, 1e9),
  ratePpb: between(-250_000, 250_000),
});

/** The stored values of the automotive profile: what a port knows of its link from one start to the next. */
export class SavedLinkStore {
  readonly saved: SavedLink | undefined;
  readonly #context: Context;
  readonly #link: string;

  /** `link`: this end of it, and what stamps there; with another the delay is another. */
  constructor(context: Context, link: string) {
    const found = v.safeParse(linkSchema, context.remembered);
    this.#context = context;
    this.#link = link;
    this.saved = found.success && found.output.link === link ? found.output : undefined;
  }

  save({ neighbour, delayNs, ratePpb }: SavedLink): void {
    this.#context.log.debug('remembers the link', {
      ...{ delayNs, ratePpb },
      ...(neighbour === undefined ? {} : { neighbour: formatPortIdentity(neighbour) }),
    });
    this.#context.remember({ link: this.#link, neighbour, delayNs, ratePpb });
  }
}
