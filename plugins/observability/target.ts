/** A request target (RFC 9112 §3.2) in its parts. */
export interface Target {
  /** The authority of the absolute form, which takes the place of the Host header. */
  readonly authority: string | undefined;
  /** With the leading slash, percent-encoded as it came. */
  readonly path: string;
  readonly query: URLSearchParams;
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)([^#]*)/i;

/** Never throws: a target of a form that is not served has a path that no route has. */
export function parseTarget(target: string): Target {
  const [, authority, rest] = ABSOLUTE.exec(target) ?? [undefined, undefined, target];
  const [path = '', query = ''] = splitAt(rest!, '?');
  return { authority, path: path === '' && authority !== undefined ? '/' : path, query: new URLSearchParams(query) };
}

/** Percent-decoded. Undefined: it is not UTF-8 in percent-encoding. */
export function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function splitAt(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
