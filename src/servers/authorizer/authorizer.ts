import {
  type ApplicablePolicies,
  type ContextValue,
  type Decision,
  denialMessage,
  evaluate,
  type NamedPolicy,
  type PolicyRequest,
} from '#core/policy';
import { isRegion } from '#core/regions';
import {
  checkSignature,
  hashBody,
  type ParsedSignature,
  parseSignature,
  type SignedRequest,
  SigV4Error,
  type UriEncoding,
  verifySignature,
} from '#core/sigv4';
import { type Clock, formatIsoSeconds } from '#core/time';
import type { CallerDescription } from '#services/operation';
import type { CallerCache, KnownCaller } from './caller-cache.ts';
import { CallerRefused, IssuerUnavailable } from './issuer.ts';

export interface AuthorizerOptions {
  readonly callers: CallerCache;
  /** The service part of the credential scope that requests must be signed for, such as `execute-api` or `s3`. */
  readonly service: string;
  /** The only Region that requests may be signed for; any Region of AWS's unless given. */
  readonly region?: string;
  readonly clock: Clock;
  /** S3 encodes the path of a request once, every other service twice. */
  readonly uriEncoding?: UriEncoding;
}

/** How a request was proven, beyond the bytes that were signed. */
export interface VerifyOptions {
  /**
   * Hex SHA-256 of the body that was received. Without it the declared one is taken (`X-Amz-Content-Sha256`, or that of an empty body):
   * whoever then reads the body must compare.
   */
  readonly bodySha256?: string;
}

/** A request whose caller is proven. */
export interface Verified {
  readonly caller: CallerDescription;
  readonly known: KnownCaller;
  readonly signature: ParsedSignature;
}

export type VerificationCode =
  | 'MissingAuthenticationToken'
  | 'IncompleteSignature'
  | 'SignatureDoesNotMatch'
  | 'InvalidClientTokenId'
  | 'ExpiredToken'
  | 'ServiceUnavailable';

/** Who sent the request cannot be said. `status` is 401, or 503 when nothing can be said of anybody. */
export class VerificationError extends Error {
  readonly code: VerificationCode;
  readonly status: 401 | 503;

  constructor(code: VerificationCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'VerificationError';
    this.code = code;
    this.status = code === 'ServiceUnavailable' ? 503 : 401;
  }
}

/** What is asked of policy. */
export interface AccessQuestion {
  /** `s3:GetObject` */
  readonly action: string;
  /** The ARN of what the action is on, or `*`. */
  readonly resource: string;
  /** The account that owns it; the caller's own unless given. */
  readonly resourceAccount?: string;
  /** The resource's own policy, if it has one. */
  readonly resourcePolicy?: NamedPolicy;
  /** Resource control policies of the owner's organization, the root's level first. */
  readonly rcps?: ApplicablePolicies['rcps'];
  /** Condition keys of this request, in any case. */
  readonly context?: Readonly<Record<string, ContextValue | undefined>>;
  readonly connection: {
    /** Left out where it is not known for certain: a policy about addresses then allows nothing. */
    readonly sourceIp?: string | undefined;
    readonly secure: boolean;
    readonly userAgent?: string | undefined;
    readonly referer?: string | undefined;
  };
}

/** The answer of policy, and AWS's words for a denial. */
export interface Access {
  readonly allowed: boolean;
  readonly decision: Decision;
  /** Present when access is denied. */
  readonly message?: string;
}

/** Says who sent a request and whether they may, without asking the issuer each time. */
export interface Authorizer {
  /** Rejects with VerificationError. */
  verify(request: SignedRequest, options?: VerifyOptions): Promise<Verified>;
  /** Decides one question. Pure but for the clock, and never throws: what does not clearly allow denies. */
  authorize(verified: Verified, question: AccessQuestion): Access;
}

export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { callers, service, region, clock, uriEncoding = 'twice' } = options;

  async function verify(request: SignedRequest, { bodySha256 }: VerifyOptions = {}): Promise<Verified> {
    try {
      const signature = parseSignature(request);
      checkSignature(signature, {
        now: clock(),
        service,
        isRegion,
        ...(region === undefined ? {} : { region }),
      });
      const { accessKeyId, date, region: signedRegion } = signature.scope;
      const found = callers.find({
        accessKeyId,
        sessionToken: signature.sessionToken,
        date,
        region: signedRegion,
        service,
      });
      const known = found instanceof Promise ? await found : found;
      const { expiresAt } = known.caller;
      if (expiresAt !== undefined && clock() >= expiresAt * 1000) throw new CallerRefused('ExpiredToken');
      const body = bodySha256 ?? signature.contentSha256 ?? hashBody(new Uint8Array());
      verifySignature(signature, known.signingKey, body, uriEncoding);
      return { caller: known.caller, known, signature };
    } catch (error) {
      throw asVerificationError(error);
    }
  }

  function authorize({ known, caller, signature }: Verified, question: AccessQuestion): Access {
    const { action, resource, resourceAccount, resourcePolicy, rcps } = question;
    const request: PolicyRequest = {
      principal: caller.principal,
      action,
      resource,
      ...(resourceAccount === undefined ? {} : { resourceAccount }),
      context: contextOf(caller, question, signature.scope.region, clock()),
    };
    const decision = evaluate(request, {
      ...known.policies,
      ...(resourcePolicy === undefined ? {} : { resource: { ...resourcePolicy, kind: 'resource' } }),
      ...(rcps === undefined ? {} : { rcps }),
    });
    if (decision.allowed) return { allowed: true, decision };
    const message = denialMessage({ callerArn: caller.arn, action, resource, decision });
    return { allowed: false, decision, message };
  }

  return { verify, authorize };
}

function asVerificationError(error: unknown): unknown {
  if (error instanceof SigV4Error || error instanceof CallerRefused)
    return new VerificationError(error.code, error.message, error);
  if (error instanceof IssuerUnavailable)
    return new VerificationError('ServiceUnavailable', 'The caller cannot be verified now.', error);
  return error;
}

/**
 * The condition keys of one question.
 * INVARIANT: what holds of the caller and the connection is set last, so that no question can say otherwise.
 */
function contextOf(
  caller: CallerDescription,
  { context = {}, connection, resourceAccount }: AccessQuestion,
  region: string,
  now: number,
): ReadonlyMap<string, ContextValue> {
  const keys = new Map<string, ContextValue>();
  for (const [key, value] of Object.entries(context))
    if (value !== undefined) keys.set(key.toLowerCase(), value);
  for (const [key, value] of Object.entries(caller.context)) keys.set(key, value);
  const seconds = Math.floor(now / 1000);
  keys.set('aws:currenttime', formatIsoSeconds(now));
  keys.set('aws:epochtime', String(seconds));
  keys.set('aws:requestedregion', region);
  keys.set('aws:resourceaccount', resourceAccount ?? caller.account);
  if ((resourceAccount ?? caller.account) === caller.account) copyOrganization(caller.context, keys);
  keys.set('aws:securetransport', String(connection.secure));
  // What is not known must be absent, not what the question says it is.
  keys.delete('aws:sourceip');
  if (connection.sourceIp !== undefined) keys.set('aws:sourceip', connection.sourceIp);
  if (connection.userAgent !== undefined) keys.set('aws:useragent', connection.userAgent);
  if (connection.referer !== undefined) keys.set('aws:referer', connection.referer);
  if (caller.mfaAt !== undefined)
    keys.set('aws:multifactorauthage', String(Math.max(0, seconds - caller.mfaAt)));
  return keys;
}

/** A resource of the caller's own account is in the caller's own organization. */
function copyOrganization(own: CallerDescription['context'], keys: Map<string, ContextValue>): void {
  for (const key of ['orgid', 'orgpaths']) {
    const value = own[`aws:principal${key}`];
    if (value !== undefined) keys.set(`aws:resource${key}`, value);
  }
}
