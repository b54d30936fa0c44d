/** The value of a condition key: one, or several for a multivalued key. */
export type ContextValue = string | readonly string[];

/** Condition keys of a request, lower-cased: `aws:sourceip`, `aws:principaltag/team`. A Map is one. */
export interface RequestContext extends Iterable<readonly [key: string, value: ContextValue]> {
  get(key: string): ContextValue | undefined;
  has(key: string): boolean;
}
