import type { RootFeature } from '#stores/identity';
import {
  type AwsManagedPolicy,
  type AwsManagedStatement,
  defineAwsManagedPolicy,
} from './aws-managed-policy.ts';

/** A task that AssumeRoot opens a session for. */
export interface RootTask {
  /** What an organization must have switched on for it (IAM User Guide, "Centrally manage root access for member accounts"). */
  readonly feature: RootFeature;
  /** Denies whatever does not belong to the task, and allows nothing: a root needs no permission. */
  readonly policy: AwsManagedPolicy;
}

const createdAt = Date.UTC(2024, 10, 6, 22, 47, 58);

const readKeys = [
  'iam:ListAccessKeys',
  'iam:ListSigningCertificates',
  'iam:GetLoginProfile',
  'iam:ListMFADevices',
];
const readUser = ['iam:GetUser', 'iam:GetAccessKeyLastUsed'];
const auditing = [...readKeys, ...readUser];
const recovering = ['iam:CreateLoginProfile', 'iam:GetLoginProfile'];
const deleting = [
  'iam:DeleteAccessKey',
  'iam:DeleteSigningCertificate',
  'iam:DeleteLoginProfile',
  'iam:DeactivateMFADevice',
  ...auditing,
];
const unlockingBuckets = [
  's3:DeleteBucketPolicy',
  's3:PutBucketPolicy',
  's3:GetBucketPolicy',
  's3:ListAllMyBuckets',
];
const unlockingQueues = [
  'sqs:SetQueueAttributes',
  'sqs:GetQueueAttributes',
  'sqs:ListQueues',
  'sqs:GetQueueUrl',
];

const anyRoot = 'arn:aws:iam::*:root';

/** Everything but these actions. */
function denyOthers(actions: readonly string[]): AwsManagedStatement {
  return { Sid: 'DenyAllOtherActionsOnAnyResource', Effect: 'Deny', NotAction: actions, Resource: '*' };
}

/** These actions on anything but a root. */
function denyElsewhere(sid: string, actions: readonly string[]): AwsManagedStatement {
  return { Sid: sid, Effect: 'Deny', Action: actions, NotResource: anyRoot };
}

function define(
  feature: RootFeature,
  name: string,
  description: string,
  ...statements: readonly AwsManagedStatement[]
): RootTask {
  const about = { name, path: '/root-task/', description, createdAt, isAttachable: false };
  return { feature, policy: defineAwsManagedPolicy(about, statements) };
}

/** The tasks there are, with what AWS's managed policies of these names say (IAM User Guide, "AWS managed policies for IAM"). */
export const rootTasks: readonly RootTask[] = [
  define(
    'RootCredentialsManagement',
    'IAMAuditRootUserCredentials',
    'Looking at the credentials of a root.',
    denyOthers([...auditing, 'iam:GetAccountSummary']),
    denyElsewhere('DenyAuditingCredentialsOnNonRootUserResource', auditing),
  ),
  define(
    'RootCredentialsManagement',
    'IAMCreateRootUserPassword',
    'Letting a root recover its password.',
    denyOthers(recovering),
    denyElsewhere('DenyCreatingPasswordOnNonRootUserResource', recovering),
  ),
  define(
    'RootCredentialsManagement',
    'IAMDeleteRootUserCredentials',
    'Deleting the credentials of a root.',
    denyOthers(deleting),
    denyElsewhere('DenyDeletingRootUserCredentialsOnNonRootUserResource', deleting),
  ),
  define(
    'RootSessions',
    'S3UnlockBucketPolicy',
    'Removing a bucket policy that shuts everybody out.',
    denyOthers(unlockingBuckets),
    {
      Sid: 'DenyManagingBucketPolicyForNonRootCallers',
      Effect: 'Deny',
      Action: unlockingBuckets,
      Resource: '*',
      Condition: { ArnNotLike: { 'aws:PrincipalArn': anyRoot } },
    },
  ),
  define(
    'RootSessions',
    'SQSUnlockQueuePolicy',
    'Removing a queue policy that shuts everybody out.',
    denyOthers(unlockingQueues),
    {
      Sid: 'DenyGettingQueueAttributesOnNonOwnQueue',
      Effect: 'Deny',
      Action: 'sqs:GetQueueAttributes',
      Resource: 'arn:aws:sqs:*:*:*',
      Condition: {
        // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable, replaced at each decision.
        StringNotEqualsIfExists: { 'aws:ResourceAccount': '${aws:PrincipalAccount}' },
      },
    },
    {
      Sid: 'DenyActionsForNonRootUser',
      Effect: 'Deny',
      Action: unlockingQueues,
      Resource: '*',
      Condition: { StringNotLike: { 'aws:PrincipalArn': anyRoot } },
    },
  ),
];

const byArn: ReadonlyMap<string, RootTask> = new Map(rootTasks.map((task) => [task.policy.arn, task]));

/** The task whose policy has that ARN. */
export function rootTask(arn: string): RootTask | undefined {
  return byArn.get(arn);
}
