import { createUuid, type RandomBytes } from '#core/identifiers';
import type { TokenKey } from '#core/session-token';
import type { Clock, Instant } from '#core/time';
import {
  type AssumeForService,
  type Cluster,
  type GuessLimit,
  type Instance,
  type Moment,
  PolicyCache,
  type ProviderKeys,
} from '#services/operation';
import type { AuditLog, EventIndex } from '#stores/audit-log';
import type { IdentityState, IdentityStore } from '#stores/identity';
import type { SecretBox } from '#stores/keyring';
import { type Fault, unsupportedOperation } from '#wire/faults';
import { serviceModels } from '#wire/model';
import { createCatchUp } from './catch-up.ts';
import type { WireRequest, WireResponse } from './exchange.ts';
import { SigningKeyCache } from './signing-key-cache.ts';
import { type Authenticated, authenticate, authenticateAgain } from './stages/authenticate.ts';
import { authorize, authorizeFederated, Denied } from './stages/authorize.ts';
import { connectionOf } from './stages/connection.ts';
import { decode } from './stages/decode.ts';
import { encode, encodeFault } from './stages/encode.ts';
import type { NoiseLimit } from './stages/noise-limit.ts';
import {
  type Entry,
  type Progress,
  recordFailure,
  recordIntent,
  recordLeftOut,
  recordOutcome,
} from './stages/record.ts';
import { route, type ServiceTables } from './stages/route.ts';
import { writeAfter } from './stages/write-after.ts';
import { toFault } from './to-fault.ts';
import { walkCertificate } from './walk-certificate.ts';

/** Everything the corridor needs from outside. */
export interface PipelineOptions {
  readonly services: ServiceTables;
  readonly identity: IdentityStore;
  readonly box: SecretBox;
  readonly keyring: { current(): TokenKey; find(id: string): TokenKey | undefined };
  readonly audit: AuditLog;
  readonly events: Pick<EventIndex, 'find'>;
  /** How much is recorded of requests of unknown senders. */
  readonly noise: NoiseLimit;
  /** Slows down who guesses, wherever they do it. */
  readonly guesses: GuessLimit;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** The keys of identity providers and of clusters. */
  readonly providerKeys: ProviderKeys;
  readonly clusters: readonly Cluster[];
  readonly instances: readonly Instance[];
  readonly assumeForService: AssumeForService;
  /** The Region of unsigned requests whose host names none. */
  readonly region: string;
  /** The custom domain of the endpoint, if it has one. */
  readonly domain: string | undefined;
  /** The URL of an issuer of web identity tokens, by its id. */
  readonly issuerUrl: (id: string) => string;
  /** The URL at which the service is reached, without a slash at its end. */
  readonly ownUrl: () => string;
  /** Told of every request once it is answered. */
  readonly onAnswered: (answered: Answered) => void;
}

/** One answered request, for logs, metrics and last-used dates. */
export interface Answered {
  readonly requestId: string;
  readonly receivedAt: Instant;
  readonly service: string | undefined;
  readonly operation: string | undefined;
  readonly authenticated: Authenticated | undefined;
  readonly status: number;
  readonly fault: Fault | undefined;
  /** The code of a refusal that a door has of its own, where there is no fault. */
  readonly refusal?: string;
  /** What went wrong, when it is nobody's business outside. */
  readonly cause: unknown;
  readonly encodedMessage: string | undefined;
}

export type Handle = (request: WireRequest) => Promise<WireResponse>;

const cachedSigningKeys = 50_000;
const cachedPolicies = 20_000;

/** The corridor that every request walks. */
export function createPipeline(options: PipelineOptions): Handle {
  const { identity, audit, clock, random, services, noise, guesses, providerKeys, clusters } = options;
  const signingKeys = new SigningKeyCache(cachedSigningKeys);
  const policies = new PolicyCache(cachedPolicies);
  const catchUp = createCatchUp(identity);
  const findTokenKey = (id: string): TokenKey | undefined => options.keyring.find(id);

  return async (request) => {
    const requestId = createUuid(random);
    const now = clock();
    const entry = { request, requestId, now, random };
    const progress: Progress = {};
    recordLeftOut(audit, now, noise);
    try {
      const target = route(request, services, options.domain);
      if (target.kind === 'answer') {
        options.onAnswered(answered(entry, progress, target.response.status));
        return target.response;
      }
      progress.target = target;
      const { operation, model } = target;

      const news = catchUp();
      if (news !== undefined) await news;
      if ('unsupported' in operation && operation.model.noAuth)
        throw unsupportedOperation(model, operation.model.name);
      if ('callers' in operation && operation.callers === 'certificate') {
        const output = await walkCertificate(entry, progress, target, operation, options);
        const response = encode(request, operation.model, output, requestId);
        options.onAnswered(answered(entry, progress, response.status));
        return response;
      }
      if ('prove' in operation) {
        const input = decode(request, target);
        progress.input = input;
        operation.check(input);
        const region = target.region ?? options.region;
        const proven = await operation.prove(
          input,
          { state: identity.state, region, now },
          { keys: providerKeys, box: options.box, ownUrl: options.ownUrl() },
        );

        const moment = { state: identity.state, region, now: clock() };
        const loaded = operation.load(input, proven, moment);
        const sender = { caller: loaded.caller, requestedRegion: region };
        progress.federated = sender;
        const details = operation.describe?.(input, loaded);
        progress.details = details;
        const connection = connectionOf(request, sender);
        const ask = (at: Moment, found: typeof loaded): void =>
          authorizeFederated(
            `${model.service}:${operation.model.name}`,
            at,
            found.caller,
            operation.authorize(input, found),
            connection,
            policies,
          );
        ask(moment, loaded);

        const walked = { operation, authenticated: sender, input, details };
        const intent = await recordIntent(audit, entry, walked);
        const askAgain = (state: IdentityState): void => {
          const present = { ...moment, state };
          ask(present, operation.load(input, proven, present));
        };
        const output = await operation.run(input, loaded, {
          ...moment,
          identity: writeAfter(intent, identity, askAgain),
          caller: loaded.caller,
          random,
          tokenKey: () => options.keyring.current(),
        });
        await recordOutcome(audit, entry, { ...walked, output, intent });
        const response = encode(request, operation.model, output, requestId);
        options.onAnswered(answered(entry, progress, response.status));
        return response;
      }
      const authenticated = authenticate(request, target, {
        state: identity.state,
        box: options.box,
        findTokenKey,
        signingKeys,
        guesses,
        clusters,
        instances: options.instances,
        now,
      });
      progress.authenticated = authenticated;
      if ('unsupported' in operation) throw unsupportedOperation(model, operation.model.name);

      const input = decode(request, target);
      progress.input = input;
      const refusal = operation.refuse?.(authenticated.caller);
      if (refusal !== undefined) throw refusal;
      const loaded = operation.load(input, authenticated);
      const details = operation.describe?.(input, loaded, authenticated);
      progress.details = details;
      const connection = connectionOf(request, authenticated);
      authorize(authenticated, operation.authorize(input, loaded, authenticated), connection, policies);

      // Waiting for the disk and the writer lock takes time, in which a name can pass to somebody else and a right can be taken away.
      const askAgain = (state: IdentityState): void => {
        const present = authenticateAgain(request, authenticated, {
          state,
          box: options.box,
          findTokenKey,
          now,
        });
        const found = operation.load(input, present);
        authorize(present, operation.authorize(input, found, present), connection, policies);
      };
      const intent = await recordIntent(audit, entry, { operation, authenticated, input, details });
      const output = await operation.run(input, loaded, {
        ...authenticated,
        identity: writeAfter(intent, identity, askAgain),
        random,
        tokenKey: () => options.keyring.current(),
        findTokenKey,
        events: options.events,
        issuerUrl: options.issuerUrl,
        providerKeys,
        assumeForService: options.assumeForService,
      });
      await recordOutcome(audit, entry, { operation, authenticated, input, details, output, intent });

      const response = encode(request, operation.model, output, requestId);
      options.onAnswered(answered(entry, progress, response.status));
      return response;
    } catch (error) {
      const fault = toFault(error);
      recordFailure(audit, entry, progress, fault, noise);
      const encodedMessage = error instanceof Denied ? error.encodedMessage : undefined;
      const model = progress.target?.model ?? serviceModels.sts;
      const response = encodeFault(request, model, fault, requestId, encodedMessage);
      options.onAnswered({
        ...answered(entry, progress, response.status),
        fault,
        cause: error,
        encodedMessage,
      });
      return response;
    }
  };
}

function answered(entry: Entry, { target, authenticated }: Progress, status: number): Answered {
  return {
    requestId: entry.requestId,
    receivedAt: entry.now,
    service: target?.model.service,
    operation: target?.operation.model.name,
    authenticated,
    status,
    fault: undefined,
    cause: undefined,
    encodedMessage: undefined,
  };
}
