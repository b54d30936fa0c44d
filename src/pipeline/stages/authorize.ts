import { type Decision, denialMessage, evaluate, type PolicyRequest } from '#core/policy';
import {
  type Caller,
  callerArn,
  callerUserId,
  principalFacts,
  type Question,
  sealAuthorizationMessage,
} from '#services/operation';
import { type Fault, fault } from '#wire/faults';
import type { PolicyCache } from '../policy-cache.ts';
import type { Authenticated } from './authenticate.ts';
import { collectPolicies } from './collect-policies.ts';
import { type Connection, requestContext } from './context.ts';

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
    const decision = evaluate(request, collectPolicies(state, caller, question, cache));
    if (!decision.allowed) throw denied(authenticated, question, request, decision);
  }
}

function denied(
  { caller, box }: Authenticated,
  question: Question,
  request: PolicyRequest,
  decision: Decision,
): Denied {
  const arn = callerArn(caller);
  // A trust policy that refuses, one that does not know the caller, and a role that does not exist must read the same.
  const message =
    question.trust === undefined
      ? denialMessage({ callerArn: arn, action: question.action, resource: question.resource, decision })
      : `User: ${arn} is not authorized to perform: ${question.action} on resource: ${question.resource}`;
  const reason = JSON.stringify(authorizationMessage(caller, question, request, decision));
  return new Denied(fault('AccessDenied', message), sealAuthorizationMessage(box, caller.account.id, reason));
}

/**
 * The JSON that DecodeAuthorizationMessage answers with.
 * INVARIANT: nothing of another account's policies is in it: the statement is named only when the caller's own account wrote it.
 */
function authorizationMessage(
  caller: Caller,
  question: Question,
  request: PolicyRequest,
  decision: Decision,
): object {
  const ownResource = (question.resourceAccount ?? caller.account.id) === caller.account.id;
  const isForeign = (decision.decidedBy === 'trust' || decision.decidedBy === 'resource') && !ownResource;
  const statement = isForeign ? undefined : decision.statement;
  return {
    allowed: false,
    explicitDeny: decision.effect === 'explicit-deny' && !isForeign,
    matchedStatements: {
      items:
        statement === undefined || decision.effect !== 'explicit-deny'
          ? []
          : [{ statementId: statement.sid ?? '', effect: 'DENY', policy: decision.policyName ?? '' }],
    },
    failures: { items: isForeign ? [] : [{ policyType: decision.decidedBy, effect: decision.effect }] },
    context: {
      principal: { id: callerUserId(caller), arn: callerArn(caller) },
      action: question.action,
      resource: question.resource,
      conditions: {
        items: [...request.context]
          .filter(([key]) => ownResource || !/^(aws|iam):resourcetag\//.test(key))
          .map(([key, value]) => ({
            key,
            values: { items: (typeof value === 'string' ? [value] : value).map((item) => ({ value: item })) },
          })),
      },
    },
  };
}
