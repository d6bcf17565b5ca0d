import { Qtest } from './qtest.js';

/** The card's slot, where its registers begin, and they, as its manual has them. */
const SLOT = 2;
const BASE_ADDRESS = 0x10;
const STAMPED_TYPE = 0x5f50;
const SYSTEM_TIME = 0xb600;
const RECEIVE_STAMP_HIGH = 0xb630;
/** The counter's unit is 2⁻¹⁹ ns as the driver sets it up. */
const FRACTION_BITS = 19n;

/** Bounds of a constant, ns. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

/** One guest's card, seen from outside the guest. */
export class Card {
  readonly #door: Qtest;
  readonly #base: number;
  #least = Number.NEGATIVE_INFINITY;
  #most = Number.POSITIVE_INFINITY;

  private constructor(door: Qtest, base: number) {
    this.#door = door;
    this.#base = base;
  }

  /** The guest must have set it up. */
  static async open(path: string): Promise<Card> {
    const door = await Qtest.open(path);
    return new Card(door, ((await door.configuration(SLOT, BASE_ADDRESS)) & ~0xf) >>> 0);
  }

  /**
   * Its counter − this machine's monotonic clock: constant, and between what the quickest question and the quickest answer
   * leave.
   */
  get bounds(): Bounds {
    return { least: this.#least, most: this.#most };
  }

  /**
   * The emulated card stamps one type of message, and the next one only after the last stamp was read in a way that the
   * driver does not know.
   */
  async expect(messageType: number): Promise<void> {
    await this.#door.write(this.#base + STAMPED_TYPE, messageType << 8);
    await this.#door.read('l', this.#base + RECEIVE_STAMP_HIGH);
    await this.#look();
  }

  async #look(): Promise<void> {
    const before = process.hrtime.bigint();
    const counter = (await this.#door.read('q', this.#base + SYSTEM_TIME)) >> FRACTION_BITS;
    const after = process.hrtime.bigint();
    const [least, most] = [Number(counter - after), Number(counter - before)];
    // A guest that switches itself off sets its card back.
    if (least > this.#most || most < this.#least) return;
    this.#least = Math.max(this.#least, least);
    this.#most = Math.min(this.#most, most);
  }
}
