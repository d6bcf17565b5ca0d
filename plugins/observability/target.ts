/** A parsed request target (RFC 9112 §3.2). */
export interface Target {
  /** The authority of the absolute form. It replaces the Host header. */
  readonly authority: string | undefined;
  /** With the leading slash, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)([^#]*)/i;

/** Parses a target. Never throws: a form that is not served results in a path that matches no route. */
export function parseTarget(target: string): Target {
  const [, authority, rest] = ABSOLUTE.exec(target) ?? [undefined, undefined, target];
  const [path = '', query = ''] = splitAt(rest!, '?');
  return { authority, path: path === '' && authority !== undefined ? '/' : path, query: new URLSearchParams(query) };
}

/** Decodes percent-encoding. Returns undefined when it is not valid UTF-8. */
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
