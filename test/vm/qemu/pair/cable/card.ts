import { Qtest } from './qtest.js';

/** The card's slot, the PCI register with the address of its registers, and these registers by the card's manual. */
const SLOT = 2;
const BASE_ADDRESS = 0x10;
const STAMPED_TYPE = 0x5f50;
const SYSTEM_TIME = 0xb600;
const RECEIVE_STAMP_HIGH = 0xb630;
/** The driver sets the counter's unit to 2⁻¹⁹ ns. */
const FRACTION_BITS = 19n;

/** Lower and upper bound of a constant, ns. */
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

  /** Opens the card at the emulator's test socket. The guest must have set it up. */
  static async open(path: string): Promise<Card> {
    const door = await Qtest.open(path);
    return new Card(door, ((await door.configuration(SLOT, BASE_ADDRESS)) & ~0xf) >>> 0);
  }

  /** Bounds of the card's counter − this machine's monotonic clock, a constant: the tightest of all readings. */
  get bounds(): Bounds {
    return { least: this.#least, most: this.#most };
  }

  /**
   * Makes the card ready for a message. The emulated card stamps one type of message, and stamps again only after the last
   * stamp was read in a way that the driver does not know.
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
    // A guest that switches itself off resets its card.
    if (least > this.#most || most < this.#least) return;
    this.#least = Math.max(this.#least, least);
    this.#most = Math.min(this.#most, most);
  }
}
