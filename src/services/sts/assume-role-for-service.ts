import {
  checkRegion,
  defineServiceOperation,
  issueSession,
  type Question,
  type ServiceSession,
} from '#services/operation';
import { fault } from '#wire/faults';
import { type StsTypes, stsOperations } from '#wire/model';
import { aboutRole, assumedRoleUser, findRole, type NamedRole } from './role-session.ts';
import {
  checkSessionPolicyArns,
  packedPolicySize,
  readSessionPolicies,
  type SessionPolicies,
} from './session-policies.ts';
import { readSessionTags, type SessionTag, tagContext } from './session-tags.ts';

interface Loaded {
  readonly role: NamedRole;
  readonly policies: SessionPolicies;
  readonly tags: readonly SessionTag[];
}

/**
 * Credentials of a role for a service that it trusts, to be handed to what the service runs (IAM User Guide, "IAM roles for Amazon EC2").
 * What the service says of the session is asked about as AssumeRole does it: sts:TagSession for tags, sts:SetSourceIdentity for a source
 * identity. The role's MaxSessionDuration does not bound sessions that services make. Throws RegionDisabledException, PackedPolicyTooLarge,
 * and what AssumeRole throws for tags and session policies that cannot be.
 */
export const assumeRoleForService = defineServiceOperation(stsOperations.AssumeRole, {
  callers: 'service',
  effect: 'credential',
  readOnly: true,

  load: (session: ServiceSession, { state }): Loaded => ({
    role: findRole(session.RoleArn, state),
    policies: readSessionPolicies(session),
    tags: readSessionTags(session, []),
  }),

  authorize: (session, { role, tags }): readonly Question[] => {
    const ask = (action: string): Question =>
      aboutRole(action, role, {
        ...session.trustContext,
        ...tagContext(session),
        'sts:RoleSessionName': session.RoleSessionName,
        'sts:SourceIdentity': session.SourceIdentity,
      });
    return [
      ask('sts:AssumeRole'),
      ...(tags.length > 0 ? [ask('sts:TagSession')] : []),
      ...(session.SourceIdentity === undefined ? [] : [ask('sts:SetSourceIdentity')]),
    ];
  },

  describe: ({ RoleArn }, { role: { account } }) => ({
    resources: [{ accountId: account, type: 'AWS::IAM::Role', ARN: RoleArn }],
    owner: account,
  }),

  run: (
    { RoleSessionName, DurationSeconds, SourceIdentity, context },
    { role: { found: role }, policies, tags },
    issuing,
  ): StsTypes.AssumeRoleResponse => {
    // INVARIANT: a role that does not exist trusts nobody, so policy has refused before this.
    if (role === undefined) throw fault('InternalFailure');
    checkRegion(issuing, role.account);
    checkSessionPolicyArns(issuing.state, role.account, policies);
    const session = { ...policies, ...(tags.length === 0 ? {} : { tags }) };
    const packed = packedPolicySize(session);
    return {
      Credentials: issueSession(issuing, {
        kind: 'assumed-role',
        account: role.account,
        principalId: role.id,
        sessionName: RoleSessionName,
        ...session,
        ...(SourceIdentity === undefined ? {} : { sourceIdentity: SourceIdentity }),
        context,
        durationSeconds: DurationSeconds,
      }),
      AssumedRoleUser: assumedRoleUser(role, RoleSessionName),
      ...(packed === undefined ? {} : { PackedPolicySize: packed }),
      ...(SourceIdentity === undefined ? {} : { SourceIdentity }),
    };
  },
});
