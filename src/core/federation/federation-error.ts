/** What is wrong with a token or with what its provider published. The message is for whoever sent the token. */
export class FederationError extends Error {
  readonly code: 'InvalidIdentityToken' | 'ExpiredTokenException' | 'IDPCommunicationError';

  constructor(code: FederationError['code'], message: string) {
    super(message);
    this.name = 'FederationError';
    this.code = code;
  }
}

export function invalidToken(message: string): FederationError {
  return new FederationError('InvalidIdentityToken', message);
}
