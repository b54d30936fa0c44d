import type { Instant } from '#core/time';

/** What a signature is over, as the wire carried it. The body is known by its hash. */
export interface SignedRequest {
  readonly method: string;
  /** The raw request target: path and query, undecoded. */
  readonly target: string;
  /** Names and values by turns, duplicates and order kept. */
  readonly rawHeaders: readonly string[];
}

/** `accessKeyId/date/region/service/terminator` */
export interface CredentialScope {
  readonly accessKeyId: string;
  /** `yyyymmdd` */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly terminator: string;
}

/** A signature read from a request; nothing about it is proven yet. */
export interface ParsedSignature {
  readonly form: 'header' | 'query';
  /** `AWS4-HMAC-SHA256`, or one of those of certificates where they are read. */
  readonly algorithm: string;
  readonly scope: CredentialScope;
  /** Lower-cased, in the order the client gave. */
  readonly signedHeaders: readonly string[];
  /** Hex, as sent. */
  readonly signature: string;
  readonly instant: Instant;
  /** The instant in ISO 8601 basic format, as the string to sign carries it. */
  readonly amzDate: string;
  readonly sessionToken: string | undefined;
  /** `X-Amz-Content-Sha256` as sent. */
  readonly contentSha256: string | undefined;
  /** `X-Amz-Expires` of a presigned request as sent. */
  readonly expires?: string | undefined;
  readonly request: SignedRequest;
}

export type SigV4ErrorCode = 'MissingAuthenticationToken' | 'IncompleteSignature' | 'SignatureDoesNotMatch';

/** A signature that is absent, badly formed, out of time or scope, or wrong. The message is AWS's own. */
export class SigV4Error extends Error {
  readonly code: SigV4ErrorCode;

  constructor(code: SigV4ErrorCode, message: string) {
    super(message);
    this.name = 'SigV4Error';
    this.code = code;
  }
}

/** The expiry of a presigned request is none, or is over. The message is AWS's own. */
export class PresignedError extends Error {
  readonly code: 'AuthorizationQueryParametersError' | 'RequestExpired';

  constructor(code: PresignedError['code'], message: string) {
    super(message);
    this.name = 'PresignedError';
    this.code = code;
  }
}

export const algorithm = 'AWS4-HMAC-SHA256';
export const scopeTerminator = 'aws4_request';

/** The credential scope without the access key id, as the string to sign carries it. */
export function scopeText(scope: CredentialScope): string {
  return `${scope.date}/${scope.region}/${scope.service}/${scope.terminator}`;
}
