/** The tables of every SQL engine. `bigint` columns come as numbers from one driver and as text from the other. */
export interface Tables {
  readonly records: { readonly kind: string; readonly id: string; readonly document: string };
  readonly changes: {
    readonly sequence: number | string;
    readonly kind: string;
    readonly id: string;
    readonly document: string | null;
    readonly at: number | string;
  };
  /** One row: the last sequence, and the last one that was compacted away. Locking it is locking all writers out. */
  readonly head: {
    readonly one: number;
    readonly sequence: number | string;
    readonly compacted: number | string;
  };
  readonly schema_version: { readonly one: number; readonly version: number };
}
