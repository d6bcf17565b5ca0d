/**
 * JSON of reports: instants (bigint) as decimal text, so that no nanosecond is lost; what is not finite as null, as JSON
 * has no word for it.
 */
export const toJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item), indent);
