import { rootArn } from '#core/arn';
import { type AccountId, isAccountId } from '#core/identifiers';
import { unexplainedDenial } from '#core/policy';
import {
  type Caller,
  callerArn,
  checkRegion,
  defineOperation,
  isDelegatedAdministrator,
  issueSession,
  type Question,
  type RootTask,
  rootTask,
  trustsService,
} from '#services/operation';
import type { IdentityState } from '#stores/identity';
import { fault } from '#wire/faults';
import { type StsTypes, stsOperations } from '#wire/model';
import { refuseSessionOf } from './refuse-session.ts';

const limitSeconds = 900;
const service = 'iam.amazonaws.com';

interface Loaded {
  /** The account whose root is meant, whether it exists or not. */
  readonly target: AccountId;
  readonly task: RootTask;
}

/**
 * Credentials of a member's root for one task, for its organization's management account or IAM's delegated administrator
 * (AWS STS API Reference, AssumeRoot). Why it is refused is told to nobody: neither which accounts there are, nor what is switched on.
 */
export const assumeRoot = defineOperation(stsOperations.AssumeRoot, {
  callers: 'signed',
  effect: 'credential',

  refuse: (caller) =>
    caller.kind === 'root'
      ? fault('AccessDenied', 'Root may not be assumed by root accounts.')
      : refuseSessionOf('AssumeRoot')(caller),

  load: ({ TargetPrincipal, TaskPolicyArn: { arn = '' } }): Loaded => {
    const task = rootTask(arn);
    if (task === undefined) throw fault('ValidationError', `${arn} is invalid`);
    return { target: readTarget(TargetPrincipal), task };
  },

  authorize: (_input, { target, task }): readonly Question[] => [
    {
      action: 'sts:AssumeRoot',
      resource: rootArn(target),
      resourceAccount: target,
      callersAccountDecides: true,
      context: { 'sts:TaskPolicyArn': task.policy.arn },
    },
  ],

  describe: (_input, { target }, { state }) => ({
    assumesRoot: true,
    ...(state.all('account').get(target) === undefined ? {} : { owner: target }),
  }),

  run: (input, { target, task }, call): StsTypes.AssumeRootResponse => {
    const { caller, state } = call;
    if (call.isGlobalEndpoint) {
      throw fault('AccessDenied', 'AssumeRoot is not available on the global endpoint');
    }
    if (!mayTakeOn(state, caller, target, task)) {
      const refused = { callerArn: callerArn(caller), action: 'sts:AssumeRoot', resource: rootArn(target) };
      throw fault('AccessDenied', unexplainedDenial(refused));
    }
    checkRegion(call, target);
    const sourceIdentity = caller.session?.sourceIdentity;
    return {
      Credentials: issueSession(call, {
        kind: 'assumed-root',
        account: target,
        principalId: target,
        policyArns: [task.policy.arn],
        ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
        durationSeconds: input.DurationSeconds ?? limitSeconds,
      }),
      ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
    };
  },
});

/** An account by its id or the ARN of its root. Throws ValidationError. */
function readTarget(text: string): AccountId {
  const id = /^arn:aws:iam::([0-9]{12}):root$/.exec(text)?.[1] ?? text;
  if (!isAccountId(id)) throw fault('ValidationError', `${text} is invalid`);
  return id;
}

/**
 * Whether the caller's account may do that task in that account now: it manages the organization, or IAM for it; the organization trusts IAM
 * and has switched on what the task needs; the target is another member, and open.
 */
function mayTakeOn(state: IdentityState, caller: Caller, target: AccountId, task: RootTask): boolean {
  const { id } = caller.account;
  const membership = state.all('account').get(id)?.organization;
  const organization = membership && state.all('organization').get(membership.id);
  if (organization === undefined) return false;
  const member = state.all('account').get(target)?.organization;
  return (
    (organization.managementAccount === id || isDelegatedAdministrator(organization, id, service)) &&
    trustsService(organization, service) &&
    organization.rootFeatures?.includes(task.feature) === true &&
    member?.id === organization.id &&
    member.status === 'ACTIVE' &&
    target !== organization.managementAccount
  );
}
