import type { KeyObject } from 'node:crypto';
import { isEnabledByDefault, isRegion } from '#core/regions';
import {
  checkSignature,
  deriveSigningKey,
  hashBody,
  type ParsedSignature,
  parseSignature,
  verifySignature,
} from '#core/sigv4';
import {
  type Caller,
  type CertificateCaller,
  type Cluster,
  type CredentialSource,
  type FederatedCaller,
  findCaller,
  type GuessLimit,
  type Instance,
  type ServiceCaller,
  type World,
} from '#services/operation';
import { fault } from '#wire/faults';
import type { ServiceModel } from '#wire/model';
import type { WireRequest } from '../exchange.ts';
import type { SigningKeyCache } from '../signing-key-cache.ts';

/** A proven caller, and what the operation may know of the moment. */
export interface Authenticated extends World {
  /** The Region policy sees in `aws:RequestedRegion`. */
  readonly requestedRegion: string;
}

/** Whoever sent a request, proven by a signature or by a token, as records name them. */
export interface Sender {
  readonly caller: Caller | FederatedCaller | ServiceCaller | CertificateCaller;
  readonly requestedRegion: string;
}

/** What authentication reads. Nothing in it leaves the process. */
export interface AuthenticationPorts extends CredentialSource {
  readonly signingKeys: SigningKeyCache;
  readonly guesses: GuessLimit;
  readonly clusters: readonly Cluster[];
  readonly instances: readonly Instance[];
}

/** Where the request was sent: the service that is to answer, and the Region its host names, if it names one. */
export interface Destination {
  readonly model: ServiceModel;
  readonly region: string | undefined;
  readonly isGlobalEndpoint: boolean;
}

/** Services with one endpoint for all Regions: their Region is us-east-1 whatever the client signed with. */
const globalServices: ReadonlySet<string> = new Set(['iam', 'organizations', 'account']);

/**
 * Proves who sent a request. The order of the checks is AWS's: presence and structure, time, host, scope, key, token, expiry,
 * principal, and the signature last.
 * Throws SigV4Error, and Fault for credentials that are not (or no longer) good.
 */
export function authenticate(
  request: WireRequest,
  destination: Destination,
  ports: AuthenticationPorts,
): Authenticated {
  const { model } = destination;
  const signature = parseSignature(request);
  checkSignature(signature, {
    now: ports.now,
    service: model.signingName,
    isRegion,
    ...(destination.region === undefined ? {} : { region: destination.region }),
  });
  const { accessKeyId, region } = signature.scope;
  const { caller, secretAccessKey } = findCaller(ports, accessKeyId, signature.sessionToken);
  verifySignature(
    signature,
    signingKey(ports.signingKeys, signature, secretAccessKey),
    hashBody(request.body),
  );
  requireSignedTarget(model, signature);
  checkSessionMayCall(model, caller, region);
  return {
    caller,
    region,
    requestedRegion: globalServices.has(model.service) ? 'us-east-1' : region,
    state: ports.state,
    now: ports.now,
    isGlobalEndpoint: destination.isGlobalEndpoint,
    box: ports.box,
    guesses: ports.guesses,
    clusters: ports.clusters,
    instances: ports.instances,
  };
}

/**
 * The same sender in a later state: their key, session, principal or account may be gone by then. Throws Fault as `authenticate` does.
 */
export function authenticateAgain(
  request: WireRequest,
  before: Authenticated,
  source: CredentialSource,
): Authenticated {
  const { accessKeyId } = before.caller;
  const { caller } = findCaller(source, accessKeyId, parseSignature(request).sessionToken);
  return { ...before, caller, state: source.state };
}

function signingKey(
  cache: SigningKeyCache,
  { scope }: ParsedSignature,
  secretAccessKey: () => string,
): KeyObject {
  return cache.get(`${scope.accessKeyId}/${scope.date}/${scope.region}/${scope.service}`, () =>
    deriveSigningKey(secretAccessKey(), scope.date, scope.region, scope.service),
  );
}

/**
 * In AWS JSON the operation stands in a header: were it not signed, whoever carries a request could make another of it.
 * Throws SignatureDoesNotMatch.
 */
function requireSignedTarget({ protocol }: ServiceModel, { signedHeaders }: ParsedSignature): void {
  if (protocol === 'json' && !signedHeaders.includes('x-amz-target')) throw fault('SignatureDoesNotMatch');
}

/**
 * What a session may not do at all, whatever policy says (IAM User Guide, "Compare AWS STS credentials").
 * In an opt-in Region that its account has switched off, a session is unknown to every service but STS, which says why.
 */
function checkSessionMayCall(model: ServiceModel, caller: Caller, region: string): void {
  const { session, account } = caller;
  if (session === undefined) return;
  const isUserSessionWithoutMfa =
    (session.kind === 'session-token' || session.kind === 'root-session') && session.mfaAt === undefined;
  if (model.service === 'iam' && (isUserSessionWithoutMfa || session.kind === 'federated-user')) {
    throw fault('InvalidClientTokenId');
  }
  if (
    !globalServices.has(model.service) &&
    model.service !== 'sts' &&
    !isEnabledByDefault(region) &&
    account.disabledRegions?.includes(region) === true
  ) {
    throw fault('InvalidClientTokenId');
  }
}
