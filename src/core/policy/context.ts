/** The value of a condition key: one, or several for a multivalued key. */
export type ContextValue = string | readonly string[];

/** Condition keys of a request, lower-cased: `aws:sourceip`, `aws:principaltag/team`. */
export type RequestContext = ReadonlyMap<string, ContextValue>;
