import * as v from 'valibot';

/** A thing outside the hub that a configuration value names; `timehub check-config` looks for it on the machine. */
export type Named =
  /** A network interface. */
  | { readonly thing: 'interface' }
  /** A PTP hardware clock: an interface that has one, or a device. */
  | { readonly thing: 'clock' }
  /** A device file on the machine of the table's server, or on this machine if the table has no server. */
  | { readonly thing: 'device' }
  /** A file that the hub reads. */
  | { readonly thing: 'input file' }
  /** A file or socket that the hub creates: its folder must exist. */
  | { readonly thing: 'file' }
  | { readonly thing: 'folder' }
  /** A server to ask, or an address to listen at. */
  | { readonly thing: 'server' | 'own address'; readonly spelling: (text: string) => Spelling | undefined };

/** Canonical text of an address and port. */
export interface Spelling {
  readonly text: string;
  /** The host is a name, which needs a resolver. */
  readonly isName: boolean;
}

/** Returns an action for a valibot pipe that marks the thing which the value names. */
export const names = <T = string>(named: Named) => v.metadata<T, { readonly named: Named }>({ named });

/** Placeholders of templates: `${A}`, `{{ a }}`, `<a>`, `%A%`, `$A`, `@A@`, `[[ a ]]`, `%(a)s`, `%S/`, `((a))`, `__A__`. */
const TEMPLATE = /[{}<>]|%\w+%|^%[a-zA-Z]\/|@\w+@|\$\w|\$\(|\[\[|%\(|\(\(|__[A-Z\d_]+__/;

/** Returns true for a text that looks like a template whose placeholders were not replaced. */
export const isTemplate = (text: string): boolean => TEMPLATE.test(text);

/** Returns true for a text without surrounding blanks and control characters that is not a template. */
const isPlain = (text: string): boolean =>
  text !== '' && text.trim() === text && !/\p{Cc}/u.test(text) && !isTemplate(text);

/** Octets, without the closing zero: IFNAMSIZ of linux/if.h. */
const LONGEST_INTERFACE = 15;

/** Returns true for a name that Linux allows for an interface (dev_valid_name in net/core/dev.c). */
const isInterface = (text: string): boolean =>
  isPlain(text) && Buffer.byteLength(text) <= LONGEST_INTERFACE && !/[\s/:]|^\.\.?$/.test(text);

const INTERFACE = 'a network interface such as "eth0"';

/** Schema of the name of a network interface. */
export const networkInterface = () =>
  v.pipe(v.string(INTERFACE), v.check(isInterface, INTERFACE), names({ thing: 'interface' }));

/** Schema of a PTP hardware clock: an interface that has one, a device, or the name of a device. */
export const hardwareClock = (what = 'an interface or device such as "eth0", "ptp0" or "/dev/ptp0"') =>
  v.pipe(
    v.string(what),
    v.check((text) => (text.startsWith('/') ? isPath(text) : isInterface(text)), what),
    names({ thing: 'clock' }),
  );

/** Octets, without the closing zero: PATH_MAX of linux/limits.h, and sun_path of unix(7). */
const LONGEST_PATH = 4095;
const LONGEST_SOCKET = 107;

/** Rejects `~/`, which only a shell expands, and URLs. */
const isPath = (text: string): boolean =>
  isPlain(text) && Buffer.byteLength(text) <= LONGEST_PATH && !/^~|^[a-z][a-z\d+.-]*:\/\//i.test(text);

/** Schema of a path of the file system. `thing`: kind of file that check-config looks for. */
export const path = (what: string, thing: 'file' | 'input file' | 'folder' | 'device' = 'file') =>
  v.pipe(v.string(what), v.check(isPath, what), names({ thing }));

/** Schema of the path of a Unix socket that the hub creates. */
export const socketPath = (what: string) =>
  v.pipe(
    v.string(what),
    v.check(
      (text) => isPath(text) && Buffer.byteLength(text) <= LONGEST_SOCKET,
      `${what}, at most ${LONGEST_SOCKET} octets`,
    ),
    names({ thing: 'file' }),
  );
