export type X509ErrorCode = 'Malformed' | 'Unsuitable' | 'Untrusted' | 'Revoked';

/** A certificate or a list that cannot be read, may not be used, or leads to nobody who is trusted. The message holds nothing secret. */
export class X509Error extends Error {
  readonly code: X509ErrorCode;

  constructor(code: X509ErrorCode, message: string) {
    super(message);
    this.name = 'X509Error';
    this.code = code;
  }
}
