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
  type CredentialScope,
  checkScope,
  checkSignature,
  hashBody,
  type ParsedSignature,
  PresignedError,
  parseSignature,
  type SignedRequest,
  SigV4Error,
  verifySignature,
  verifyTextSignature,
} from '#core/sigv4';
import { type Clock, formatIsoSeconds } from '#core/time';
import { type CallerDescription, lazyContext } from '#services/operation';
import type { CallerCache, KnownCaller } from './caller-cache.ts';
import { CallerRefused, IssuerUnavailable } from './issuer.ts';

export interface AuthorizerOptions {
  readonly callers: CallerCache;
  /** The service part of the credential scope that requests must be signed for, such as `execute-api` or `s3`. */
  readonly service: string;
  /** The only Region that requests may be signed for; any Region of AWS's unless given. */
  readonly region?: string;
  readonly clock: Clock;
  /**
   * Set for S3, which encodes the path of a request once, lets presigned requests live until their own expiry, and takes their body unsigned
   * where they say nothing of it (Amazon S3 API Reference, "Authenticating requests").
   */
  readonly dialect?: 's3';
}

/** How a request was proven, beyond the bytes that were signed. */
export interface VerifyOptions {
  /**
   * Hex SHA-256 of the body that was received. Without it the declared one is taken (`X-Amz-Content-Sha256`, or that of an empty body):
   * whoever then reads the body must compare.
   */
  readonly bodySha256?: string;
}

/** A proven caller, and the Region they signed for. */
export interface Requester {
  readonly caller: CallerDescription;
  readonly known: KnownCaller;
  readonly region: string;
}

/** A request whose caller is proven. */
export interface Verified extends Requester {
  readonly signature: ParsedSignature;
}

/** A text that was signed by itself, as a browser's form signs its policy. */
export interface SignedText {
  readonly scope: CredentialScope;
  readonly sessionToken: string | undefined;
  readonly text: string;
  /** Hex, as sent. */
  readonly signature: string;
}

export type VerificationCode =
  | 'AuthorizationQueryParametersError'
  | 'RequestExpired'
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
  /** Proves who signed a text. The text itself says how long it is good; here only its scope is checked. Rejects with VerificationError. */
  verifyText(signed: SignedText): Promise<Requester>;
  /** Decides one question. Pure but for the clock, and never throws: what does not clearly allow denies. */
  authorize(requester: Requester, question: AccessQuestion): Access;
  /** Decides one question of somebody who signed nothing: only the resource's own policy can allow it. */
  authorizeAnonymous(
    question: AccessQuestion & { readonly resourceAccount: string; readonly region: string },
  ): Access;
}

export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { callers, service, region, clock, dialect } = options;
  const isS3 = dialect === 's3';

  /** The caller of a scope whose key and session hold now. */
  async function find(scope: CredentialScope, sessionToken: string | undefined): Promise<KnownCaller> {
    const { accessKeyId, date, region: signedRegion } = scope;
    const found = callers.find({ accessKeyId, sessionToken, date, region: signedRegion, service });
    const known = found instanceof Promise ? await found : found;
    const { expiresAt } = known.caller;
    if (expiresAt !== undefined && clock() >= expiresAt * 1000) throw new CallerRefused('ExpiredToken');
    return known;
  }

  async function verify(request: SignedRequest, { bodySha256 }: VerifyOptions = {}): Promise<Verified> {
    try {
      const signature = parseSignature(request);
      checkSignature(signature, {
        now: clock(),
        service,
        isRegion,
        presignedUntilExpiry: isS3,
        ...(region === undefined ? {} : { region }),
      });
      const { scope, sessionToken, contentSha256 } = signature;
      const known = await find(scope, sessionToken);
      const undeclared = isS3 && signature.form === 'query' ? 'UNSIGNED-PAYLOAD' : hashBody(new Uint8Array());
      const body = bodySha256 ?? contentSha256 ?? undeclared;
      verifySignature(signature, known.signingKey, body, isS3 ? 'once' : 'twice');
      return { caller: known.caller, known, region: scope.region, signature };
    } catch (error) {
      throw asVerificationError(error);
    }
  }

  async function verifyText({ scope, sessionToken, text, signature }: SignedText): Promise<Requester> {
    try {
      checkScope(scope, scope.date, { service, isRegion, ...(region === undefined ? {} : { region }) });
      const known = await find(scope, sessionToken);
      verifyTextSignature(text, signature, known.signingKey);
      return { caller: known.caller, known, region: scope.region };
    } catch (error) {
      throw asVerificationError(error);
    }
  }

  function authorize({ known, caller, region: signedRegion }: Requester, question: AccessQuestion): Access {
    const { action, resource, resourceAccount, resourcePolicy, rcps } = question;
    const now = clock();
    const request: PolicyRequest = {
      principal: caller.principal,
      action,
      resource,
      ...(resourceAccount === undefined ? {} : { resourceAccount }),
      context: lazyContext(() => contextOf(caller, question, signedRegion, now)),
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

  function authorizeAnonymous({
    region: askedRegion,
    ...question
  }: AccessQuestion & { readonly resourceAccount: string; readonly region: string }): Access {
    const { action, resource, resourceAccount, resourcePolicy, rcps } = question;
    const context = contextOf(anonymous, question, askedRegion, clock());
    const decision = evaluate(
      { principal: anonymous.principal, action, resource, resourceAccount, context },
      {
        identity: [],
        ...(resourcePolicy === undefined ? {} : { resource: { ...resourcePolicy, kind: 'resource' } }),
        ...(rcps === undefined ? {} : { rcps }),
      },
    );
    if (decision.allowed) return { allowed: true, decision };
    const message = denialMessage({ callerArn: anonymous.arn, action, resource, decision });
    return { allowed: false, decision, message };
  }

  return { verify, verifyText, authorize, authorizeAnonymous };
}

/** Who signs nothing, to policy (IAM User Guide, "AWS global condition context keys"). */
const anonymous: CallerDescription = {
  principal: { type: 'anonymous' },
  account: 'anonymous',
  arn: 'anonymous',
  principalId: 'anonymous',
  accessKeyId: '',
  context: {
    'aws:principalaccount': 'anonymous',
    'aws:principaltype': 'Anonymous',
    'aws:userid': 'anonymous',
    'aws:principalisawsservice': 'false',
    'aws:viaawsservice': 'false',
  },
  tags: {},
  policies: { identity: [] },
};

function asVerificationError(error: unknown): unknown {
  if (error instanceof SigV4Error || error instanceof PresignedError || error instanceof CallerRefused)
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
