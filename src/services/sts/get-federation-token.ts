import { federatedUserArn } from '#core/arn';
import { checkRegion, defineOperation, issueSession, type Question } from '#services/operation';
import { fault } from '#wire/faults';
import { stsOperations } from '#wire/model';
import { checkSessionPolicyArns, packedPolicySize, readSessionPolicies } from './session-policies.ts';
import { readSessionTags, tagContext } from './session-tags.ts';

const defaultDurationSeconds = 43_200;
const rootLimitSeconds = 3600;

/**
 * Credentials for a person whom a broker knows, limited to what both the calling user and the session policies allow
 * (AWS STS API Reference, GetFederationToken). Without a session policy they allow nothing.
 */
export const getFederationToken = defineOperation(stsOperations.GetFederationToken, {
  callers: 'signed',
  effect: 'credential',
  refuse: (caller) =>
    caller.session === undefined
      ? undefined
      : fault('AccessDenied', 'Cannot call GetFederationToken with session credentials'),
  load: (input) => ({ policies: readSessionPolicies(input), tags: readSessionTags(input, []) }),
  authorize: (input, { tags }, { caller }): readonly Question[] => {
    const ask = (action: string): Question => ({
      action,
      resource: federatedUserArn(caller.account.id, input.Name),
      context: tagContext(input),
    });
    return [ask('sts:GetFederationToken'), ...(tags.length > 0 ? [ask('sts:TagSession')] : [])];
  },
  run: (input, { policies, tags }, call) => {
    const { caller } = call;
    const account = caller.account.id;
    checkRegion(call, account);
    checkSessionPolicyArns(call.state, account, policies);
    const session = { ...policies, ...(tags.length === 0 ? {} : { tags }) };
    const packed = packedPolicySize(session);
    const asked = input.DurationSeconds ?? defaultDurationSeconds;
    return {
      Credentials: issueSession(call, {
        kind: 'federated-user',
        account,
        principalId: caller.kind === 'user' ? caller.user.id : account,
        sessionName: input.Name,
        ...session,
        durationSeconds: caller.kind === 'root' ? Math.min(asked, rootLimitSeconds) : asked,
      }),
      FederatedUser: {
        FederatedUserId: `${account}:${input.Name}`,
        Arn: federatedUserArn(account, input.Name),
      },
      PackedPolicySize: packed ?? 0,
    };
  },
});
