import type { ContextValue, NamedPolicy } from '#core/policy';
import type { IdentityState } from '#stores/identity';
import { type Caller, callerArn, principalFacts } from './caller.ts';
import type { CallerDescription, NamedText } from './caller-description.ts';
import { collectPolicies } from './collect-policies.ts';
import { PolicyCache } from './policy-cache.ts';
import { principalTags, requestContext } from './request-context.ts';

/** Condition keys that tell of one request and its moment, not of the caller. */
const keysOfTheMoment: ReadonlySet<string> = new Set([
  'aws:currenttime',
  'aws:epochtime',
  'aws:multifactorauthage',
  'aws:resourceaccount',
  'aws:resourceorgid',
  'aws:resourceorgpaths',
]);

/** More than a caller can have: what is described is read once. */
const policiesAtOnce = 1000;

/** A question about nothing: what is collected for it is what is collected for every question of the caller. */
const aboutNothing = { action: '', resource: '*' };

/** Everything that decides what a caller may do, for verifiers who then decide by themselves. Throws PolicyError for a stored text that is no policy. */
export function describeCaller(state: IdentityState, caller: Caller): CallerDescription {
  const { account, session } = caller;
  const {
    identity,
    boundary,
    session: passed,
    scps,
  } = collectPolicies(state, caller, aboutNothing, new PolicyCache(policiesAtOnce));
  const context: Record<string, ContextValue> = {};
  for (const [key, value] of requestContext({ state, caller, now: 0 }, aboutNothing, undefined))
    if (!keysOfTheMoment.has(key)) context[key] = value;
  return {
    principal: principalFacts(caller),
    account: account.id,
    arn: callerArn(caller),
    principalId: principalIdOf(caller),
    accessKeyId: caller.accessKeyId,
    context,
    tags: Object.fromEntries(principalTags(caller).map(({ key, value }) => [key, value])),
    ...(session === undefined
      ? {}
      : {
          sessionName: session.sessionName,
          sourceIdentity: session.sourceIdentity,
          mfaAt: session.mfaAt,
          issuedAt: session.issuedAt,
          expiresAt: session.expiresAt,
        }),
    policies: {
      identity: identity.map(textOf),
      boundary: boundary && textOf(boundary),
      session: passed?.map(textOf),
      scps: scps?.map((level) => level.map(textOf)),
    },
  };
}

function textOf({ name, policy }: NamedPolicy): NamedText {
  return { name, text: policy.document.text };
}

function principalIdOf(caller: Caller): string {
  switch (caller.kind) {
    case 'root':
      return caller.account.id;
    case 'user':
      return caller.user.id;
    case 'assumed-role':
      return caller.role.id;
    case 'federated-user':
      return caller.issuer?.id ?? caller.account.id;
  }
}
