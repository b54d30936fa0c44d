import {
  type Caller,
  checkRegion,
  consumeMfaCode,
  defineOperation,
  issueSession,
  type MfaProof,
  matchMfaCode,
  type Question,
} from '#services/operation';
import { fault } from '#wire/faults';
import { type StsTypes, stsOperations } from '#wire/model';
import {
  aboutRole,
  assumedRoleUser,
  checkDuration,
  defaultDurationSeconds,
  findRole,
  type NamedRole,
} from './role-session.ts';
import {
  checkSessionPolicyArns,
  packedPolicySize,
  readSessionPolicies,
  type SessionPolicies,
} from './session-policies.ts';
import { readSessionTags, type SessionTag, tagContext } from './session-tags.ts';

const chainedLimitSeconds = 3600;

interface Loaded {
  readonly role: NamedRole;
  readonly policies: SessionPolicies;
  readonly tags: readonly SessionTag[];
  readonly sourceIdentity: string | undefined;
  readonly mfa: MfaProof | undefined;
}

/** Credentials of a role, for a caller whom the role trusts (AWS STS API Reference, AssumeRole). */
export const assumeRole = defineOperation(stsOperations.AssumeRole, {
  callers: 'signed',
  effect: 'credential',
  readOnly: true,

  refuse: (caller) => {
    if (caller.kind === 'root') return fault('AccessDenied', 'Roles may not be assumed by root accounts.');
    if (caller.kind === 'federated-user') {
      return fault('AccessDenied', 'Cannot call AssumeRole with federated user credentials');
    }
    return undefined;
  },

  load: (input, world): Loaded => ({
    role: findRole(input.RoleArn, world.state),
    policies: readSessionPolicies(input),
    tags: readSessionTags(input, inheritedTags(world.caller)),
    sourceIdentity: sourceIdentityOf(input, world.caller),
    mfa: matchMfaCode(world, input),
  }),

  authorize: (input, loaded): readonly Question[] => {
    const ask = (action: string): Question =>
      aboutRole(action, loaded.role, {
        ...tagContext(input),
        'sts:RoleSessionName': input.RoleSessionName,
        'sts:ExternalId': input.ExternalId,
        'sts:SourceIdentity': loaded.sourceIdentity,
        ...(loaded.mfa === undefined
          ? {}
          : { 'aws:MultiFactorAuthPresent': 'true', 'aws:MultiFactorAuthAge': '0' }),
      });
    return [
      ask('sts:AssumeRole'),
      ...(loaded.tags.length > 0 ? [ask('sts:TagSession')] : []),
      ...(loaded.sourceIdentity === undefined ? [] : [ask('sts:SetSourceIdentity')]),
    ];
  },

  describe: (input, { role: { account } }, { caller }) => {
    const incoming = inheritedTags(caller);
    return {
      ...(incoming.length === 0
        ? {}
        : {
            requestParameters: {
              incomingTransitiveTags: Object.fromEntries(incoming.map(({ key, value }) => [key, value])),
            },
          }),
      resources: [{ accountId: account, type: 'AWS::IAM::Role', ARN: input.RoleArn }],
      owner: account,
    };
  },

  run: async (
    input,
    { role: { found: role }, policies, tags, sourceIdentity, mfa },
    call,
  ): Promise<StsTypes.AssumeRoleResponse> => {
    // INVARIANT: a role that does not exist trusts nobody, so policy has refused before this.
    if (role === undefined) throw fault('InternalFailure');
    const durationSeconds = input.DurationSeconds ?? defaultDurationSeconds;
    const chained = call.caller.kind === 'assumed-role';
    checkDuration(durationSeconds, role);
    if (chained) checkChainedDuration(durationSeconds);
    checkRegion(call, role.account);
    checkSessionPolicyArns(call.state, role.account, policies);
    const session = {
      ...policies,
      ...(tags.length === 0 ? {} : { tags }),
    };
    const packed = packedPolicySize(session);
    if (mfa !== undefined) await consumeMfaCode(call.identity, mfa);
    const credentials = issueSession(call, {
      kind: 'assumed-role',
      account: role.account,
      principalId: role.id,
      sessionName: input.RoleSessionName,
      ...session,
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
      ...(chained ? { chained } : {}),
      durationSeconds,
    });
    return {
      Credentials: credentials,
      AssumedRoleUser: assumedRoleUser(role, input.RoleSessionName),
      ...(packed === undefined ? {} : { PackedPolicySize: packed }),
      ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
    };
  },
});

function inheritedTags(caller: Caller): readonly SessionTag[] {
  return caller.kind === 'assumed-role' ? (caller.session.tags ?? []).filter((tag) => tag.transitive) : [];
}

function sourceIdentityOf(input: StsTypes.AssumeRoleRequest, caller: Caller): string | undefined {
  const inherited = caller.session?.sourceIdentity;
  if (inherited !== undefined && input.SourceIdentity !== undefined && input.SourceIdentity !== inherited) {
    throw fault('ValidationError', 'The source identity is already set for this assume role session');
  }
  return input.SourceIdentity ?? inherited;
}

function checkChainedDuration(durationSeconds: number): void {
  if (durationSeconds > chainedLimitSeconds) {
    throw fault(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    );
  }
}
