import { createUuid } from '#core/identifiers';
import { evaluate } from '#core/policy';
import {
  collectTrustPolicies,
  PolicyCache,
  type Question,
  type ServiceCall,
  type ServiceCaller,
  type ServiceOperation,
  serviceContext,
} from '#services/operation';
import { fault } from '#wire/faults';
import { createCatchUp } from './catch-up.ts';
import type { WireRequest } from './exchange.ts';
import type { PipelineOptions } from './handle.ts';
import { type Progress, recordFailure, recordIntent, recordOutcome } from './stages/record.ts';
import { toFault } from './to-fault.ts';

/** Rejects with Fault. */
export type EnterAsService = <I, O, L>(
  call: ServiceCall,
  operation: ServiceOperation<I, O, L>,
  input: I,
) => Promise<O>;

const cachedPolicies = 1000;

/**
 * The corridor for doors of this process that stand where AWS has a service, as instance metadata does: it is walked by the service's
 * principal instead of a caller with a key, through the same policy and into the same log. It has no form on the wire: whoever calls it is
 * code of this process, and a request cannot name a service that it would like to be.
 */
export function createServiceEntry(
  options: Pick<PipelineOptions, 'identity' | 'keyring' | 'audit' | 'noise' | 'clock' | 'random'>,
): EnterAsService {
  const { identity, keyring, audit, noise, clock, random } = options;
  const policies = new PolicyCache(cachedPolicies);
  const catchUp = createCatchUp(identity);
  return async ({ service, sourceArn, account: id, region }, operation, input) => {
    const now = clock();
    const entry = { request: requestOf(service), requestId: createUuid(random), now, random };
    const progress: Progress = { input };
    try {
      const news = catchUp();
      if (news !== undefined) await news;
      const { state } = identity;
      const account = state.all('account').get(id);
      if (account === undefined) throw fault('AccessDenied', `${id} is no account`);
      const caller: ServiceCaller = { kind: 'service', service, sourceArn, account };
      const authenticated = { caller, requestedRegion: region };
      progress.served = { operation, sender: authenticated };

      const moment = { state, region, now };
      const loaded = operation.load(input, moment);
      const details = operation.describe?.(input, loaded);
      progress.details = details;
      for (const question of operation.authorize(input, loaded)) {
        if (isAllowed(caller, question, moment, policies)) continue;
        const { action, resource } = question;
        throw fault(
          'AccessDenied',
          `User: ${service} is not authorized to perform: ${action} on resource: ${resource}`,
        );
      }

      const walked = { operation, authenticated, input, details };
      const intent = await recordIntent(audit, entry, walked);
      const output = operation.run(input, loaded, {
        ...moment,
        caller,
        random,
        tokenKey: () => keyring.current(),
      });
      await recordOutcome(audit, entry, { ...walked, output, intent });
      return output;
    } catch (error) {
      const refusal = toFault(error);
      recordFailure(audit, entry, progress, refusal, noise);
      throw refusal;
    }
  };
}

/** INVARIANT: a service acts only on what is of the account it acts for, whatever another account's policies would let it. */
function isAllowed(
  caller: ServiceCaller,
  question: Question,
  moment: Parameters<typeof serviceContext>[0],
  policies: PolicyCache,
): boolean {
  const { account, service } = caller;
  if (question.resourceAccount !== account.id) return false;
  return evaluate(
    {
      principal: { type: 'service', service },
      action: question.action,
      resource: question.resource,
      resourceAccount: account.id,
      context: serviceContext(moment, caller, question),
    },
    collectTrustPolicies(moment.state, account.id, question, policies),
  ).allowed;
}

/** CloudTrail names the service where it names the address and the program of others. */
function requestOf(service: string): WireRequest {
  return {
    method: 'POST',
    target: '/',
    rawHeaders: ['user-agent', service],
    body: new Uint8Array(),
    sourceIp: service,
    secure: true,
  };
}
