import { KEY_TYPES, type KeyType, keyTypeOf, type WeakKeyType } from './key-types.js';
import { SymmetricKey } from './symmetric-key.js';

/** A mistake in a key file. No text of the file is quoted, because any of it may be a secret. */
export interface KeyFileFault {
  /** 1, 2, …. */
  readonly line: number;
  readonly message: string;
  readonly remedy: string;
}

export interface ParsedKeyFile {
  readonly keys: ReadonlyMap<number, SymmetricKey>;
  /** Numbers and types of the keys that are left out because their type is weak and not allowed. */
  readonly weak: ReadonlyMap<number, WeakKeyType>;
  readonly faults: readonly KeyFileFault[];
}

type Line = { readonly number: number; readonly type: KeyType; readonly secret: Uint8Array };

const HIGHEST_NUMBER = 0xffff_ffff;
/** Type of a line without one, as in chrony and ntpd. */
const DEFAULT_TYPE = 'MD5';
const COMMENT = /^[!;#%]/;

/**
 * Reads a key file in chrony's format: on each line a number, a type and a secret, which is text (`ASCII:` or nothing before
 * it) or hexadecimal (`HEX:`). A line without a type has an MD5 key. `allowed`: the weak types that may be used.
 */
export function parseKeyFile(text: string, allowed: readonly WeakKeyType[] = []): ParsedKeyFile {
  const keys = new Map<number, SymmetricKey>();
  const weak = new Map<number, WeakKeyType>();
  const faults: KeyFileFault[] = [];
  const lineOf = new Map<number, number>();
  text.split('\n').forEach((content, index) => {
    const words = content.trim().split(/\s+/);
    if (words[0] === '' || COMMENT.test(words[0]!)) return;
    const line = index + 1;
    const fault = (message: string, remedy: string) => void faults.push({ line, message, remedy });
    const read = readLine(words, fault);
    if (read === undefined) return;
    const { number, type, secret } = read;
    const earlier = lineOf.get(number);
    if (earlier !== undefined) {
      fault(`key ${number} is on line ${earlier} already`, 'give each key a number of its own');
      return;
    }
    lineOf.set(number, line);
    const name = weakTypeOf(type);
    if (name !== undefined && !allowed.includes(name)) weak.set(number, name);
    else keys.set(number, new SymmetricKey(number, type, secret));
  });
  return { keys, weak, faults };
}

function readLine(words: readonly string[], fault: (message: string, remedy: string) => void): Line | undefined {
  const refuse = (message: string, remedy: string): undefined => void fault(message, remedy);
  const [first = '', ...rest] = words;
  if (rest.length < 1 || rest.length > 2)
    return refuse('the line is not a number, a type and a secret', 'write it as: 1 AES128 HEX:<32 hexadecimal digits>');
  const number = /^\d{1,10}$/.test(first) ? Number(first) : 0;
  if (number < 1 || number > HIGHEST_NUMBER)
    return refuse(
      'the first word is no key number',
      `begin the line with a number from 1 to ${HIGHEST_NUMBER}, or with "#" for a comment`,
    );
  const [typeName, encoded] = rest.length === 1 ? [DEFAULT_TYPE, rest[0]!] : [rest[0]!, rest[1]!];
  const type = keyTypeOf(typeName);
  if (type === undefined)
    return refuse(`the type of key ${number} is not known`, `use one of ${Object.keys(KEY_TYPES).join(', ')}`);
  const secret = decode(encoded);
  if (secret === undefined)
    return refuse(
      `the secret of key ${number} is not hexadecimal`,
      'write an even number of digits 0-9 and a-f after "HEX:", without blanks',
    );
  const { secretOctets } = KEY_TYPES[type];
  if (secret.length === 0) return refuse(`key ${number} has no secret`, 'write the secret after the type');
  if (secretOctets !== undefined && secret.length !== secretOctets)
    return refuse(
      `the secret of key ${number} has ${secret.length} octets; ${type} needs ${secretOctets}`,
      `write ${secretOctets * 2} hexadecimal digits after "HEX:", for example those of: openssl rand -hex ${secretOctets}`,
    );
  return { number, type, secret };
}

/** Undefined: `HEX:` is followed by something else. */
function decode(text: string): Uint8Array | undefined {
  if (text.startsWith('HEX:')) {
    const digits = text.slice(4);
    return /^([\da-f]{2})*$/i.test(digits) ? Buffer.from(digits, 'hex') : undefined;
  }
  return Buffer.from(text.startsWith('ASCII:') ? text.slice(6) : text, 'utf8');
}

const weakTypeOf = (type: KeyType): WeakKeyType | undefined =>
  KEY_TYPES[type].weak === true ? (type as WeakKeyType) : undefined;
