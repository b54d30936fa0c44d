import { compareText } from '#core/text';
import {
  type AwsManagedPolicy,
  type AwsManagedStatement,
  defineAwsManagedPolicy,
} from './aws-managed-policy.ts';
import { rootTasks } from './root-tasks.ts';

const createdAt = Date.UTC(2015, 1, 6, 18, 40);

function define(
  name: string,
  description: string,
  ...statements: readonly AwsManagedStatement[]
): AwsManagedPolicy {
  return defineAwsManagedPolicy({ name, path: '/', description, createdAt, isAttachable: true }, statements);
}

/**
 * The AWS managed policies that make sense here, by name. Their documents say the same as AWS's as far as the services reach that
 * Brevet has or guards; AWS's own documents list hundreds of actions of other services.
 */
const attachable: readonly AwsManagedPolicy[] = [
  define('AdministratorAccess', 'Everything.', { Effect: 'Allow', Action: '*', Resource: '*' }),
  define('AmazonS3FullAccess', 'Every action on every bucket and object.', {
    Effect: 'Allow',
    Action: ['s3:*', 's3-object-lambda:*'],
    Resource: '*',
  }),
  define('AmazonS3ReadOnlyAccess', 'Reading every bucket and object.', {
    Effect: 'Allow',
    Action: ['s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*'],
    Resource: '*',
  }),
  define('IAMFullAccess', 'Every action of IAM, and reading the organization.', {
    Effect: 'Allow',
    Action: [
      'iam:*',
      'organizations:DescribeAccount',
      'organizations:DescribeOrganization',
      'organizations:DescribeOrganizationalUnit',
      'organizations:DescribePolicy',
      'organizations:ListChildren',
      'organizations:ListParents',
      'organizations:ListPoliciesForTarget',
      'organizations:ListRoots',
      'organizations:ListPolicies',
      'organizations:ListTargetsForPolicy',
    ],
    Resource: '*',
  }),
  define('IAMReadOnlyAccess', 'Reading everything in IAM.', {
    Effect: 'Allow',
    Action: [
      'iam:GenerateCredentialReport',
      'iam:GenerateServiceLastAccessedDetails',
      'iam:Get*',
      'iam:List*',
      'iam:SimulateCustomPolicy',
      'iam:SimulatePrincipalPolicy',
    ],
    Resource: '*',
  }),
  define(
    'IAMUserChangePassword',
    'Changing the own password.',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable, replaced at each decision.
    { Effect: 'Allow', Action: ['iam:ChangePassword'], Resource: ['arn:aws:iam::*:user/${aws:username}'] },
    { Effect: 'Allow', Action: ['iam:GetAccountPasswordPolicy'], Resource: '*' },
  ),
  define(
    'PowerUserAccess',
    'Everything but managing users, groups, organizations and accounts.',
    { Effect: 'Allow', NotAction: ['iam:*', 'organizations:*', 'account:*'], Resource: '*' },
    {
      Effect: 'Allow',
      Action: [
        'account:GetAccountInformation',
        'account:GetPrimaryEmail',
        'account:ListRegions',
        'iam:CreateServiceLinkedRole',
        'iam:DeleteServiceLinkedRole',
        'iam:ListRoles',
        'organizations:DescribeOrganization',
      ],
      Resource: '*',
    },
  ),
  define('ReadOnlyAccess', 'Reading everything that Brevet has or guards.', {
    Effect: 'Allow',
    Action: [
      'account:Get*',
      'account:List*',
      'cloudtrail:Describe*',
      'cloudtrail:Get*',
      'cloudtrail:List*',
      'cloudtrail:LookupEvents',
      'iam:Generate*',
      'iam:Get*',
      'iam:List*',
      'iam:Simulate*',
      'organizations:Describe*',
      'organizations:List*',
      's3:Get*',
      's3:List*',
      's3:Describe*',
      'sts:GetAccessKeyInfo',
      'sts:GetCallerIdentity',
      'sts:GetSessionToken',
    ],
    Resource: '*',
  }),
  define('SignInLocalDevelopmentAccess', 'Signing in for a program of the own.', {
    Effect: 'Allow',
    Action: ['signin:AuthorizeOAuth2Access', 'signin:CreateOAuth2Token'],
    Resource: 'arn:aws:signin:*:*:oauth2/public-client/*',
  }),
];

const policies = [...attachable, ...rootTasks.map(({ policy }) => policy)].sort((left, right) =>
  compareText(left.name, right.name),
);

const byArn: ReadonlyMap<string, AwsManagedPolicy> = new Map(policies.map((policy) => [policy.arn, policy]));

/** AWS's managed policy of that ARN. */
export function awsManagedPolicy(arn: string): AwsManagedPolicy | undefined {
  return byArn.get(arn);
}

/** Every AWS managed policy, sorted by name. */
export function awsManagedPolicies(): readonly AwsManagedPolicy[] {
  return policies;
}
