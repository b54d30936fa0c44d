import { denialMessage, evaluate, type PolicyRequest, unexplainedDenial } from '#core/policy';
import {
  type Connection,
  callerArn,
  collectPolicies,
  collectTrustPolicies,
  type FederatedCaller,
  federatedContext,
  lazyContext,
  type Moment,
  type PolicyCache,
  principalFacts,
  type Question,
  requestContext,
  sealAuthorizationMessage,
} from '#services/operation';
import { type Fault, fault } from '#wire/faults';
import type { Authenticated } from './authenticate.ts';
import { type Denial, describeDenial } from './describe-denial.ts';

/** A refusal by policy: the fault the caller sees, and the sealed reason that DecodeAuthorizationMessage opens. */
export class Denied extends Error {
  readonly code = 'Denied';
  readonly fault: Fault;
  readonly encodedMessage: string;

  constructor(denial: Fault, encodedMessage: string) {
    super(denial.message);
    this.fault = denial;
    this.encodedMessage = encodedMessage;
  }
}

/** Puts every question to policy. Throws Denied at the first that is not answered yes. */
export function authorize(
  authenticated: Authenticated,
  questions: readonly Question[],
  connection: Connection,
  cache: PolicyCache,
): void {
  const { caller, state } = authenticated;
  const principal = principalFacts(caller);
  const ask = (question: Question): Denial | undefined => {
    const request: PolicyRequest = {
      principal,
      action: question.action,
      resource: question.resource,
      ...(question.resourceAccount === undefined || question.callersAccountDecides === true
        ? {}
        : { resourceAccount: question.resourceAccount }),
      context: lazyContext(() => requestContext(authenticated, question, connection)),
    };
    const policies = collectPolicies(state, caller, question, cache);
    const decision = evaluate(request, policies);
    return decision.allowed ? undefined : { caller, question, request, policies, decision };
  };
  for (const question of questions) {
    const denial = ask(question);
    if (denial === undefined) continue;
    // A trust policy that refuses, one that does not know the caller, and a role that does not exist must read the same.
    const told = question.trust === undefined ? denial : (ask(withoutRole(question)) ?? denial);
    throw denied(authenticated, isOfOwnAccount(denial) ? denial : told, messageOf(told));
  }
}

/**
 * Puts the questions of somebody whom an identity provider vouches for to the role's trust policy. Throws AccessDenied, in one sentence for
 * whatever refuses: whether the role exists is not for them to know.
 */
export function authorizeFederated(
  operation: string,
  moment: Moment,
  caller: FederatedCaller,
  questions: readonly Question[],
  connection: Connection,
  cache: PolicyCache,
): void {
  const account = caller.account.id;
  for (const question of questions) {
    const decision = evaluate(
      {
        principal: { type: 'federated', provider: caller.provider },
        action: question.action,
        resource: question.resource,
        resourceAccount: account,
        context: lazyContext(() => federatedContext(moment, account, question, connection)),
      },
      collectTrustPolicies(moment.state, account, question, cache),
    );
    if (!decision.allowed) throw fault('AccessDenied', `Not authorized to perform ${operation}`);
  }
}

function withoutRole(question: Question): Question {
  return { ...question, trust: { role: undefined }, resourceTags: [] };
}

function isOfOwnAccount({ caller, question }: Denial): boolean {
  return (question.resourceAccount ?? caller.account.id) === caller.account.id;
}

/** AWS names no reason for a refusal to assume a role or a root, except an organization's. */
function messageOf({ caller, question, decision }: Denial): string {
  const { action, resource } = question;
  const asked = { callerArn: callerArn(caller), action, resource };
  const isAssuming = question.trust !== undefined || question.callersAccountDecides === true;
  const isNamed = !isAssuming || decision.decidedBy === 'scp' || decision.decidedBy === 'rcp';
  return isNamed ? denialMessage({ ...asked, decision }) : unexplainedDenial(asked);
}

function denied({ caller, box }: Authenticated, denial: Denial, message: string): Denied {
  return new Denied(
    fault('AccessDenied', message),
    sealAuthorizationMessage(box, caller.account.id, describeDenial(denial)),
  );
}
