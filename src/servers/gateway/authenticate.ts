import { checkSignedHeaders, S3RequestError } from '#core/s3';
import type { ParsedSignature } from '#core/sigv4';
import { type Authorizer, type Requester, VerificationError } from '#servers/authorizer';
import type { Exchange } from './exchange.ts';

/** Who asks. Without `requester` nobody signed, and only a bucket's own policy can allow anything. */
export interface Asker {
  readonly requester?: Requester;
  readonly signature?: ParsedSignature;
  readonly sessionToken: string | undefined;
  readonly authType?: 'REST-HEADER' | 'REST-QUERY-STRING' | 'POST';
  readonly region: string;
}

/**
 * Proves who sent a request, by header or presigned URL. Every `x-amz-…` header must be within the signature.
 * Throws S3RequestError with S3's codes.
 */
export async function authenticate(
  { method, target, rawHeaders }: Exchange,
  authorizer: Authorizer,
  region: string,
): Promise<Asker> {
  try {
    const verified = await authorizer.verify({ method, target, rawHeaders });
    const { signature } = verified;
    if (signature.form === 'header' && signature.contentSha256 === undefined)
      throw new S3RequestError(
        'InvalidRequest',
        'Missing required header for this request: x-amz-content-sha256',
      );
    checkSignedHeaders(rawHeaders, signature.signedHeaders);
    return {
      requester: verified,
      signature,
      sessionToken: signature.sessionToken,
      authType: signature.form === 'header' ? 'REST-HEADER' : 'REST-QUERY-STRING',
      region: verified.region,
    };
  } catch (error) {
    if (error instanceof VerificationError && error.code === 'MissingAuthenticationToken')
      return { sessionToken: undefined, region };
    throw asS3Error(error, target, isSession(target, rawHeaders));
  }
}

/** A failed proof in S3's codes (Amazon S3 API Reference, "Error responses"). Other errors are returned as they are. */
export function asS3Error(error: unknown, target: string, isSession: boolean): unknown {
  if (!(error instanceof VerificationError)) return error;
  const { code, message } = error;

  switch (code) {
    case 'RequestExpired':
      return new S3RequestError('AccessDenied', message);
    case 'AuthorizationQueryParametersError':
      return new S3RequestError(code, message);
    case 'IncompleteSignature':
      return new S3RequestError(
        /[?&]X-Amz-(?:Algorithm|Signature)=/.test(target)
          ? 'AuthorizationQueryParametersError'
          : 'AuthorizationHeaderMalformed',
        message,
      );
    case 'SignatureDoesNotMatch':
      if (/^Signature (?:expired|not yet current)/.test(message))
        return new S3RequestError('RequestTimeTooSkewed');
      if (/^Credential should be scoped|^Date in Credential/.test(message))
        return new S3RequestError(
          'AuthorizationHeaderMalformed',
          `The authorization header is malformed; ${message}`,
        );
      return new S3RequestError(code);
    case 'InvalidClientTokenId':
      return new S3RequestError(isSession ? 'InvalidToken' : 'InvalidAccessKeyId');
    case 'ExpiredToken':
      return new S3RequestError(code);
    case 'ServiceUnavailable':
      return new S3RequestError(code, message);
    case 'MissingAuthenticationToken':
      return new S3RequestError('AccessDenied');
  }
}

function isSession(target: string, rawHeaders: readonly string[]): boolean {
  return (
    /[?&]X-Amz-Security-Token=/i.test(target) ||
    rawHeaders.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'x-amz-security-token')
  );
}
