import { formatBasic, type Instant } from '#core/time';
import {
  type CredentialScope,
  type ParsedSignature,
  PresignedError,
  SigV4Error,
  scopeTerminator,
} from './signature.ts';

/** What this endpoint accepts. */
export interface Expected {
  readonly now: Instant;
  readonly service: string;
  readonly isRegion: (region: string) => boolean;
  /** The endpoint's own Region, when the host names one. */
  readonly region?: string;
  /** How far the client's clock may be off, either way; 900 unless given. */
  readonly skewSeconds?: number;
  /** Set where a presigned request is good until its X-Amz-Expires is over, as S3 has it, and no longer or shorter. */
  readonly presignedUntilExpiry?: boolean;
}

const defaultSkewSeconds = 900;

/**
 * Checks everything about a signature that needs no key: time, then the Host header, then the credential scope.
 * A presigned request is good for the same fifteen minutes, whatever its X-Amz-Expires says, but where `presignedUntilExpiry` is set.
 * Throws SigV4Error SignatureDoesNotMatch with AWS's texts, and PresignedError (Amazon S3 API Reference, "Authenticating requests: using
 * query parameters").
 */
export function checkSignature(signature: ParsedSignature, expected: Expected): void {
  if (expected.presignedUntilExpiry === true && signature.form === 'query') checkExpiry(signature, expected);
  else checkTime(signature, expected);
  if (!signature.signedHeaders.includes('host')) {
    throw mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  checkScope(signature.scope, signature.amzDate, expected);
}

function checkTime({ instant }: ParsedSignature, expected: Expected): void {
  const { skewSeconds = defaultSkewSeconds } = expected;
  const skew = skewSeconds * 1000;
  // Signatures know whole seconds only; with a fraction the limit would not be the one the message names.
  const now = Math.floor(expected.now / 1000) * 1000;
  if (Math.abs(now - instant) <= skew) return;
  const minutes = `${skewSeconds / 60} min.`;
  const [sent, present] = [formatBasic(instant), formatBasic(now)];
  if (instant < now) {
    throw mismatch(
      `Signature expired: ${sent} is now earlier than ${formatBasic(now - skew)} (${present} - ${minutes})`,
    );
  }
  throw mismatch(
    `Signature not yet current: ${sent} is still later than ${formatBasic(now + skew)} (${present} + ${minutes})`,
  );
}

const longestExpirySeconds = 604_800;

function checkExpiry(
  { instant, expires }: ParsedSignature,
  { now, skewSeconds = defaultSkewSeconds }: Expected,
): void {
  const fault = (message: string) => new PresignedError('AuthorizationQueryParametersError', message);
  if (expires === undefined) {
    throw fault(
      'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.',
    );
  }
  if (!/^-?[0-9]{1,15}$/.test(expires)) throw fault('X-Amz-Expires should be a number');
  const seconds = Number(expires);
  if (seconds < 1) throw fault('X-Amz-Expires must be non-negative');
  if (seconds > longestExpirySeconds) {
    throw fault(
      `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${longestExpirySeconds} seconds`,
    );
  }
  if (instant > now + skewSeconds * 1000)
    throw new PresignedError('RequestExpired', 'Request is not valid yet');
  if (now >= instant + seconds * 1000) throw new PresignedError('RequestExpired', 'Request has expired');
}

/**
 * Checks that a credential scope is this endpoint's and of the day of `amzDate`. Throws SigV4Error SignatureDoesNotMatch with AWS's texts.
 */
export function checkScope(
  scope: CredentialScope,
  amzDate: string,
  { service, isRegion, region }: Pick<Expected, 'service' | 'isRegion' | 'region'>,
): void {
  const day = amzDate.slice(0, 8);
  const regionIsGood = region === undefined ? isRegion(scope.region) : scope.region === region;
  const problems = [
    regionIsGood
      ? ''
      : `Credential should be scoped to a valid region${service === 'sts' ? '' : `, not '${scope.region}'`}. `,
    scope.service === service ? '' : `Credential should be scoped to correct service: '${service}'. `,
    scope.terminator === scopeTerminator
      ? ''
      : `Credential should be scoped with a valid terminator: '${scopeTerminator}', not '${scope.terminator}'. `,
    scope.date === day
      ? ''
      : `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${scope.date}' != '${day}', from '${amzDate}'.`,
  ].join('');
  if (problems !== '') throw mismatch(problems);
}

function mismatch(message: string): SigV4Error {
  return new SigV4Error('SignatureDoesNotMatch', message);
}
