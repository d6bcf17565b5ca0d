/**
 * Writes a report as JSON. Instants (bigint) become decimal text, so that no nanosecond is lost. Numbers that are not finite
 * become null, because JSON cannot express them.
 */
export const toJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item), indent);
