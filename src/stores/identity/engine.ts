/** One record put or, without a document, deleted. */
export interface Change {
  readonly kind: string;
  readonly id: string;
  readonly document: object | undefined;
}

/** A change with its place in the one order of all changes. */
export interface LoggedChange extends Change {
  readonly sequence: number;
}

export interface StoredRecord {
  readonly kind: string;
  readonly id: string;
  readonly document: object;
}

/** Every record as of one place in the order of changes. */
export interface Snapshot {
  readonly sequence: number;
  readonly records: AsyncIterable<readonly StoredRecord[]>;
}

export type RecordEngineErrorCode =
  | 'Unavailable'
  | 'ReadOnly'
  | 'Full'
  | 'Busy'
  | 'Corrupt'
  | 'TooOld'
  | 'NewerSchema';

/** The database could not do what was asked. `cause` is the driver's own error and never leaves the process. */
export class RecordEngineError extends Error {
  readonly code: RecordEngineErrorCode;

  constructor(code: RecordEngineErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'RecordEngineError';
    this.code = code;
  }
}

/**
 * Where records and the ordered log of their changes are kept. Every method but `hasNews` rejects with RecordEngineError.
 */
export interface RecordEngine {
  /** A consistent snapshot; its batches are read before the next call. */
  load(): Promise<Snapshot>;
  /**
   * Changes after that place, in order; `too-old` when the log no longer reaches back so far, or not yet that far (the database was put
   * back to an earlier state), and the caller must load again.
   */
  changesAfter(sequence: number): Promise<readonly LoggedChange[] | 'too-old'>;
  /**
   * Under the one writer lock of the database: hands `decide` what was written since `after`, appends what it returns in one durable
   * transaction, and resolves with the new last sequence. An empty list writes nothing. What `decide` throws is rethrown and nothing is kept.
   * Rejects with TooOld where `changesAfter` would say `too-old`.
   */
  append(after: number, decide: (missed: readonly LoggedChange[]) => readonly Change[]): Promise<number>;
  /** A cheap synchronous look whether somebody else has written after that place. Engines that cannot look cheaply leave it out. */
  hasNews?(sequence: number): boolean;
  /** Calls back soon after somebody else has written, at the latest within a second. Returns what stops it. */
  watch(onNews: () => void): () => void;
  close(): Promise<void>;
}
