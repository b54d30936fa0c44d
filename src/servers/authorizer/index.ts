/**
 * The authorizer: with it a resource learns who is calling and whether they may, in microseconds, without asking the issuer each time.
 * It keeps callers as the issuer described them, verifies signatures with keys that are good for one day, Region and service only, and asks the
 * one evaluator. It holds no secret of any caller, mints nothing and never goes on beyond the staleness it was allowed.
 * Called by the doors of this floor that guard resources, composed by main, and, as `brevet/authorizer`, by other programs.
 */

export type { ChangeSummary, SigningKeyScope } from '#services/brevet';
export { type ExpressGuarded, expressAuthorizer } from './adapters/express.ts';
export {
  type FastifyLike,
  type FastifyReplyLike,
  type FastifyRequestLike,
  guardFastify,
} from './adapters/fastify.ts';
export { type FetchGuardOptions, fetchAuthorizer } from './adapters/fetch.ts';
export type { Admitted, GuardedRequest, GuardOptions, GuardQuestion } from './adapters/guard.ts';
export type { NodeRequest } from './adapters/node-request.ts';
export { encodeRefusal, Refusal, type RefusalAnswer, type RefusalStatus } from './adapters/refusal.ts';
export {
  type Access,
  type AccessQuestion,
  type Authorizer,
  type AuthorizerOptions,
  createAuthorizer,
  type Requester,
  type SignedText,
  type VerificationCode,
  VerificationError,
  type Verified,
  type VerifyOptions,
} from './authorizer.ts';
export { CallerCache, type CallerCacheOptions, type KnownCaller } from './caller-cache.ts';
export { type InvokedApi, type InvokeQuestion, invokeQuestion } from './invoke-question.ts';
export {
  type CallerRefusal,
  CallerRefused,
  type IssuedCaller,
  type Issuer,
  IssuerUnavailable,
} from './issuer.ts';
export { createLocalIssuer, type LocalIssuerOptions } from './local-issuer.ts';
export { PathRefused, parsePath } from './parse-path.ts';
export {
  credentialsOfChain,
  openRemoteAuthorizer,
  type RemoteAuthorizer,
  type RemoteAuthorizerOptions,
} from './remote-authorizer.ts';
export { createRemoteIssuer } from './remote-issuer.ts';
export {
  type CallService,
  createServiceCalls,
  type ServiceCallsOptions,
  ServiceFault,
} from './service-calls.ts';
