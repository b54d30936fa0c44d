import { defineServiceOperation } from '#services/operation';
import { fault } from '#wire/faults';
import { type StsTypes, stsOperations } from '#wire/model';
import { checkRegion, issueSession } from './issue-session.ts';
import { aboutRole, assumedRoleUser, findRole, type NamedRole } from './role-session.ts';

/** The session that a service asks for; members as AssumeRole names them. */
export interface ServiceSession {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly DurationSeconds: number;
  /** Condition keys that live as long as the session, such as `ec2:SourceInstanceArn`. */
  readonly context: Readonly<Record<string, string>>;
}

/**
 * Credentials of a role for a service that it trusts, to be handed to what the service runs (IAM User Guide, "IAM roles for Amazon EC2").
 * The role's MaxSessionDuration does not bound sessions that services make. Throws RegionDisabledException.
 */
export const assumeRoleForService = defineServiceOperation(stsOperations.AssumeRole, {
  callers: 'service',
  effect: 'credential',
  readOnly: true,

  load: ({ RoleArn }: ServiceSession, { state }): NamedRole => findRole(RoleArn, state),

  authorize: ({ RoleSessionName }, role) => [
    aboutRole('sts:AssumeRole', role, { 'sts:RoleSessionName': RoleSessionName }),
  ],

  describe: ({ RoleArn }, { account }) => ({
    resources: [{ accountId: account, type: 'AWS::IAM::Role', ARN: RoleArn }],
    owner: account,
  }),

  run: (
    { RoleSessionName, DurationSeconds, context },
    { found: role },
    issuing,
  ): StsTypes.AssumeRoleResponse => {
    // INVARIANT: a role that does not exist trusts nobody, so policy has refused before this.
    if (role === undefined) throw fault('InternalFailure');
    checkRegion(issuing, role.account);
    return {
      Credentials: issueSession(issuing, {
        kind: 'assumed-role',
        account: role.account,
        principalId: role.id,
        sessionName: RoleSessionName,
        context,
        durationSeconds: DurationSeconds,
      }),
      AssumedRoleUser: assumedRoleUser(role, RoleSessionName),
    };
  },
});
