import { denialMessage, evaluate, type PolicyRequest } from '#core/policy';
import {
  type Connection,
  callerArn,
  collectPolicies,
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
  for (const question of questions) {
    const request: PolicyRequest = {
      principal,
      action: question.action,
      resource: question.resource,
      ...(question.resourceAccount === undefined ? {} : { resourceAccount: question.resourceAccount }),
      context: requestContext(authenticated, question, connection),
    };
    const policies = collectPolicies(state, caller, question, cache);
    const decision = evaluate(request, policies);
    if (!decision.allowed) throw denied(authenticated, { caller, question, request, policies, decision });
  }
}

function denied({ box }: Authenticated, denial: Denial): Denied {
  const { caller, question, decision } = denial;
  const arn = callerArn(caller);
  // A trust policy that refuses, one that does not know the caller, and a role that does not exist must read the same.
  const message =
    question.trust === undefined
      ? denialMessage({ callerArn: arn, action: question.action, resource: question.resource, decision })
      : `User: ${arn} is not authorized to perform: ${question.action} on resource: ${question.resource}`;
  return new Denied(
    fault('AccessDenied', message),
    sealAuthorizationMessage(box, caller.account.id, describeDenial(denial)),
  );
}
