import type { Random } from '../random.js';

/** The error that a getter or a trap of this test throws. */
export class Sentinel extends Error {}

const fail = (): never => {
  throw new Sentinel();
};
const everyTrap = { get: fail, has: fail, getPrototypeOf: fail, ownKeys: fail, getOwnPropertyDescriptor: fail };

function detached<T extends ArrayBufferView>(view: T): T {
  structuredClone(view, { transfer: [view.buffer as ArrayBuffer] });
  return view;
}

/** An array over memory that has shrunk below it (ECMAScript 2024). */
function outOfBounds(): Uint8Array {
  const Growing = ArrayBuffer as unknown as new (
    octets: number,
    options: object,
  ) => ArrayBuffer & { resize(n: number): void };
  const buffer = new Growing(64, { maxByteLength: 128 });
  const view = new Uint8Array(buffer, 32, 32);
  buffer.resize(16);
  return view;
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.5,
  63,
  64,
  255,
  256,
  65535,
  65536,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 53,
];
const STRANGE = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300, 1n, -1n, 2n ** 64n];
const TEXTS = [
  '',
  'lo',
  'no-such',
  'x'.repeat(15),
  'x'.repeat(16),
  'x'.repeat(20_000),
  'a\0b',
  '\ud800',
  'ü€',
  '%',
  '::1%',
  '@',
];
/** Addresses that reach only this machine. */
export const ADDRESSES = ['127.0.0.1', '::1', '127.0.0.2', '::ffff:127.0.0.1', '::1%lo'];
export const MACS = [
  '01:1b:19:00:00:00',
  '01:80:c2:00:00:0e',
  '00:00:00:00:00:00',
  '01:1b:19:00:00:0',
  'zz:1b:19:00:00:00',
];

const MAKERS: readonly ((random: Random) => unknown)[] = [
  () => undefined,
  () => null,
  (random) => random.below(2) === 0,
  (random) => random.pick(NUMBERS),
  (random) => random.pick(STRANGE),
  (random) => random.pick(TEXTS),
  (random) => random.pick(ADDRESSES),
  (random) => random.pick(MACS),
  () => Symbol('x'),
  () => () => undefined,
  () => fail,
  () => ({}),
  () => [],
  () => new Array(17).fill('127.0.0.1'),
  () => new Array(2 ** 32 - 1),
  () => new Proxy([], everyTrap),
  () => new Proxy({}, everyTrap),
  () => new Proxy(() => undefined, { apply: fail }),
  revoked,
  () => new Date(Number.NaN),
  () => new DataView(new ArrayBuffer(8)),
  (random) => new Uint8Array(random.pick([0, 1, 48, 54, 1500, 2049, 70_000])).fill(random.below(256)),
  () => detached(new Uint8Array(48)),
  () => new Uint8Array(new SharedArrayBuffer(48)),
  outOfBounds,
  () => Buffer.from('a part of a pool'),
  () => new Float64Array(6),
  (random) => new BigInt64Array(random.below(5)),
  () => detached(new BigInt64Array(3)),
  () => new BigInt64Array(new SharedArrayBuffer(24)),
  () => new BigUint64Array(3),
];

/** Returns a value that no caller in timehub passes. */
export const strangeValue = (random: Random): unknown => random.pick(MAKERS)(random);

/** Returns the object with strange values, getters that throw or call `meanwhile`, or proxy traps in some places. */
export function disturb(options: object, random: Random, meanwhile: () => void): object {
  const out: Record<string, unknown> = { ...options };
  for (const key of Object.keys(out)) {
    const kind = random.below(24);
    if (kind === 0) out[key] = strangeValue(random);
    if (kind === 1) Object.defineProperty(out, key, { get: fail });
    if (kind === 2) {
      const value = out[key];
      Object.defineProperty(out, key, {
        get: () => {
          meanwhile();
          return value;
        },
      });
    }
  }
  return random.below(20) === 0 ? new Proxy(out, random.below(2) === 0 ? everyTrap : {}) : out;
}
