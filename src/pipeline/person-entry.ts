import { type PersonOperation, PolicyCache, type RecordDetails, type UserCaller } from '#services/operation';
import type { IdentityState } from '#stores/identity';
import { createCatchUp } from './catch-up.ts';
import type { WireRequest } from './exchange.ts';
import type { PipelineOptions } from './handle.ts';
import type { Authenticated } from './stages/authenticate.ts';
import { authorize } from './stages/authorize.ts';
import { connectionOf } from './stages/connection.ts';
import { type Progress, recordFailure, recordIntent, recordOutcome } from './stages/record.ts';
import { writeAfter } from './stages/write-after.ts';
import { toFault } from './to-fault.ts';

/** What came over the wire at a door for people. */
export interface PersonCall {
  readonly request: WireRequest;
  readonly requestId: string;
  readonly region: string;
}

/** Rejects with Fault. */
export type EnterAsPerson = <I, P, O>(
  call: PersonCall,
  operation: PersonOperation<I, P, O>,
  input: I,
) => Promise<O>;

const cachedPolicies = 1000;

/**
 * The corridor for doors of this process where people sign in: it is walked by whoever the operation proves from what they show, through the
 * same policy and into the same log as every request. What is refused is recorded in the account that was named, as far as the limit of its
 * source goes: nobody has proven to be of that account.
 */
export function createPersonEntry(
  options: Pick<
    PipelineOptions,
    | 'identity'
    | 'box'
    | 'keyring'
    | 'audit'
    | 'events'
    | 'noise'
    | 'guesses'
    | 'clock'
    | 'random'
    | 'issuerUrl'
    | 'clusters'
    | 'instances'
    | 'providerKeys'
    | 'assumeForService'
  >,
): EnterAsPerson {
  const { identity, box, keyring, audit, noise, clock, random, guesses, clusters, instances } = options;
  const findTokenKey: PipelineOptions['keyring']['find'] = (id) => keyring.find(id);
  const policies = new PolicyCache(cachedPolicies);
  const catchUp = createCatchUp(identity);
  return async ({ request, requestId, region }, operation, input) => {
    const entry = { request, requestId, now: clock(), random };
    const progress: Progress = { input, served: { operation } };
    try {
      const news = catchUp();
      if (news !== undefined) await news;
      const before = { state: identity.state, region, now: entry.now };
      progress.claimed = operation.claim(input, before);
      progress.details = detailsOf(operation, input, undefined);
      const proven = await operation.prove(input, { ...before, box, guesses, findTokenKey });

      // Proving takes time, in which the state may have changed.
      const now = clock();
      const ask = (state: IdentityState): Authenticated & { readonly caller: UserCaller } => {
        const moment = { state, region, now };
        const caller = operation.load(proven, moment);
        const scope = { requestedRegion: region, isGlobalEndpoint: false };
        const world = { ...moment, ...scope, caller, box, guesses, clusters, instances };
        progress.served = { operation, sender: world };
        authorize(world, operation.authorize(input, caller, moment), connectionOf(request, world), policies);
        return world;
      };
      const authenticated = ask(identity.state);
      const details = detailsOf(operation, input, proven);
      progress.details = details;
      const walked = { operation, authenticated, input, details };
      const intent = await recordIntent(audit, entry, walked);
      const output = await operation.run(input, proven, {
        ...authenticated,
        identity: writeAfter(intent, identity, ask),
        random,
        tokenKey: () => keyring.current(),
        findTokenKey,
        issuerUrl: options.issuerUrl,
        events: options.events,
        providerKeys: options.providerKeys,
        assumeForService: options.assumeForService,
      });
      await recordOutcome(audit, entry, { ...walked, output, intent });
      return output;
    } catch (error) {
      const refusal = toFault(error);
      recordFailure(audit, entry, progress, refusal, noise);
      // For the log alone: what is told says nothing of it.
      throw refusal === error ? refusal : Object.assign(refusal, { cause: error });
    }
  };
}

/** What the record says; records know no operation's types. */
function detailsOf<I, P, O>(
  operation: PersonOperation<I, P, O>,
  input: I,
  proven: P | undefined,
): RecordDetails<unknown> {
  return operation.describe(input, proven) as RecordDetails<unknown>;
}
