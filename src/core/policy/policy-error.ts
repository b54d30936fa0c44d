/** Where something stands in a policy's text, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A text that is not a policy of its kind. The message is AWS's own (IAM User Guide, "Grammar of the IAM JSON policy language"). */
export class PolicyError extends Error {
  readonly code = 'MalformedPolicyDocument';
  readonly position: Position | undefined;

  constructor(message: string, position?: Position) {
    super(message);
    this.name = 'PolicyError';
    this.position = position;
  }
}
