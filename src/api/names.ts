import * as v from 'valibot';

/** The thing outside of the hub that a value of the configuration names. `timehub check-config` looks for it on the machine. */
export type Named =
  /** A network interface. */
  | { readonly thing: 'interface' }
  /** A PTP hardware clock: an interface that has one, or a device. */
  | { readonly thing: 'clock' }
  /** A device file of the machine that the table's server runs on; without a server, of this one. */
  | { readonly thing: 'device' }
  /** A file or socket that is made: its folder must exist. */
  | { readonly thing: 'file' }
  | { readonly thing: 'folder' }
  /** A server that is asked, or an address to listen at. */
  | { readonly thing: 'server' | 'own address'; readonly spelling: (text: string) => Spelling | undefined };

/** One text for all spellings of the same address and port. */
export interface Spelling {
  readonly text: string;
  /** A resolver says which address it is. */
  readonly isName: boolean;
}

/** An action for a valibot pipe: marks what its value names. */
export const names = <T = string>(named: Named) => v.metadata<T, { readonly named: Named }>({ named });

/** Marks of templates that were not filled in: `${A}`, `{{ a }}`, `<a>`, `%A%`, `$A`, `@A@`, `[[ a ]]`, `%(a)s`, `%S/`, `((a))`, `__A__`. */
const TEMPLATE = /[{}<>]|%\w+%|^%[a-zA-Z]\/|@\w+@|\$\w|\$\(|\[\[|%\(|\(\(|__[A-Z\d_]+__/;

/** Returns whether the text looks like a template that a roll-out did not fill in. */
export const isTemplate = (text: string): boolean => TEMPLATE.test(text);

/** A text without blanks around it, without control characters, and not a template. */
const isPlain = (text: string): boolean =>
  text !== '' && text.trim() === text && !/\p{Cc}/u.test(text) && !isTemplate(text);

/** linux/if.h: IFNAMSIZ, without the closing zero. */
const LONGEST_INTERFACE = 15;

/** Returns whether Linux can have an interface of this name (dev_valid_name of net/core/dev.c). */
const isInterface = (text: string): boolean =>
  isPlain(text) && Buffer.byteLength(text) <= LONGEST_INTERFACE && !/[\s/:]|^\.\.?$/.test(text);

const INTERFACE = 'a network interface such as "eth0"';

/** The name of a network interface. */
export const networkInterface = () =>
  v.pipe(v.string(INTERFACE), v.check(isInterface, INTERFACE), names({ thing: 'interface' }));

/** A PTP hardware clock: an interface that has one, a device or the name of a device. */
export const hardwareClock = (what = 'an interface or device such as "eth0", "ptp0" or "/dev/ptp0"') =>
  v.pipe(
    v.string(what),
    v.check((text) => (text.startsWith('/') ? isPath(text) : isInterface(text)), what),
    names({ thing: 'clock' }),
  );

/** linux/limits.h: PATH_MAX without the closing zero; sockaddr_un holds 108 octets with it (unix(7)). */
const LONGEST_PATH = 4095;
const LONGEST_SOCKET = 107;

/** A shell would expand `~/`; a URL is no path. */
const isPath = (text: string): boolean =>
  isPlain(text) && Buffer.byteLength(text) <= LONGEST_PATH && !/^~|^[a-z][a-z\d+.-]*:\/\//i.test(text);

/** A path of the file system. `thing`: what is looked for. */
export const path = (what: string, thing: 'file' | 'folder' | 'device' = 'file') =>
  v.pipe(v.string(what), v.check(isPath, what), names({ thing }));

/** The path of a Unix socket that is made. */
export const socketPath = (what: string) =>
  v.pipe(
    v.string(what),
    v.check(
      (text) => isPath(text) && Buffer.byteLength(text) <= LONGEST_SOCKET,
      `${what}, at most ${LONGEST_SOCKET} octets`,
    ),
    names({ thing: 'file' }),
  );
