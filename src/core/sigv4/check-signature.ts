import { formatBasic, type Instant } from '#core/time';
import { type ParsedSignature, SigV4Error, scopeTerminator } from './signature.ts';

/** What this endpoint accepts. */
export interface Expected {
  readonly now: Instant;
  readonly service: string;
  readonly isRegion: (region: string) => boolean;
  /** The endpoint's own Region, when the host names one. */
  readonly region?: string;
  /** How far the client's clock may be off, either way; 900 unless given. */
  readonly skewSeconds?: number;
}

const defaultSkewSeconds = 900;

/**
 * Checks everything about a signature that needs no key: time, then the Host header, then the credential scope.
 * A presigned request is good for the same fifteen minutes, whatever its X-Amz-Expires says.
 * Throws SigV4Error SignatureDoesNotMatch with AWS's texts.
 */
export function checkSignature(signature: ParsedSignature, expected: Expected): void {
  checkTime(signature, expected);
  if (!signature.signedHeaders.includes('host')) {
    throw mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.");
  }
  checkScope(signature, expected);
}

function checkTime({ instant }: ParsedSignature, expected: Expected): void {
  const { skewSeconds = defaultSkewSeconds } = expected;
  const skew = skewSeconds * 1000;
  // Signatures know whole seconds only; with a fraction the limit would not be the one the message names.
  const now = Math.floor(expected.now / 1000) * 1000;
  if (Math.abs(now - instant) <= skew) return;
  const minutes = `${skewSeconds / 60} min.`;
  const [sent, present] = [formatBasic(instant), formatBasic(now)];
  if (instant < now - skew) {
    throw mismatch(
      `Signature expired: ${sent} is now earlier than ${formatBasic(now - skew)} (${present} - ${minutes})`,
    );
  }
  throw mismatch(
    `Signature not yet current: ${sent} is still later than ${formatBasic(now + skew)} (${present} + ${minutes})`,
  );
}

function checkScope({ scope, amzDate }: ParsedSignature, { service, isRegion, region }: Expected): void {
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
