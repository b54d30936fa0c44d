import type { SigningCredentials } from '#core/sigv4';
import type { Clock } from '#core/time';
import { type Authorizer, createAuthorizer } from './authorizer.ts';
import { CallerCache, type CallerCacheOptions } from './caller-cache.ts';
import { createRemoteIssuer } from './remote-issuer.ts';

export interface RemoteAuthorizerOptions {
  /** The service's endpoint: `https://sts.example.com`. */
  readonly issuer: string;
  /** The service part of the credential scope that requests must be signed for: `execute-api`. */
  readonly service: string;
  /** The only Region that requests may be signed for; any Region of AWS's unless given. */
  readonly region?: string;
  /** The Region that the verifier's own calls are signed for; `us-east-1` unless given. */
  readonly issuerRegion?: string;
  /** The verifier's own credentials; those of the standard AWS chain (environment, profile, container, instance) unless given. */
  readonly credentials?: () => Promise<SigningCredentials>;
  /** How long callers go on being known while the service is away; 300 unless given. */
  readonly maxStalenessSeconds?: number;
  readonly onIssuer?: CallerCacheOptions['onIssuer'];
  readonly clock?: Clock;
}

/** An authorizer with a life of its own: it follows the service until it is closed. */
export interface RemoteAuthorizer extends Authorizer {
  close(): Promise<void>;
}

const defaultStalenessSeconds = 300;

/** Opens an authorizer whose issuer is elsewhere. It may be used at once; until the issuer has answered, it knows nobody. */
export function openRemoteAuthorizer(options: RemoteAuthorizerOptions): RemoteAuthorizer {
  const { issuer, service, region, onIssuer, clock = Date.now } = options;
  const callers = new CallerCache({
    issuer: createRemoteIssuer({
      url: issuer,
      credentials: options.credentials ?? credentialsOfChain(),
      region: options.issuerRegion ?? 'us-east-1',
      clock,
    }),
    clock,
    maxStalenessSeconds: options.maxStalenessSeconds ?? defaultStalenessSeconds,
    ...(onIssuer === undefined ? {} : { onIssuer }),
  });
  const authorizer = createAuthorizer({
    callers,
    service,
    clock,
    ...(region === undefined ? {} : { region }),
  });
  return { ...authorizer, close: () => callers.close() };
}

/** The standard AWS chain, loaded when it is first asked: who brings credentials of their own does without. */
export function credentialsOfChain(): () => Promise<SigningCredentials> {
  let chain: Promise<() => Promise<SigningCredentials>> | undefined;
  return async () => {
    chain ??= import('@aws-sdk/credential-provider-node').then(({ defaultProvider }) => defaultProvider());
    return (await chain)();
  };
}
