/** A proof that is none, was altered, or is not for this use. The message says which rule it broke and repeats nothing of it. */
export class OAuthError extends Error {
  readonly code = 'ProofInvalid';

  constructor(message: string) {
    super(message);
    this.name = 'OAuthError';
  }
}
