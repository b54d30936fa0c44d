import { validateInput } from '#wire/constraints';
import type { OperationModel, Shape } from '#wire/model';

export type Fields = Readonly<Record<string, unknown>>;

const account = '111122223333';
const uuid = '11111111-2222-4333-8444-555555555555';

const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::sweep/*' }],
});
const trustPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: account }, Action: 'sts:AssumeRole' }],
});

/** What a member means, where its shape does not say it; the member by its name, behind its operation's, or its service's too. */
const byName: readonly (readonly [name: RegExp, value: string])[] = [
  [/^AssumeRolePolicyDocument$|^UpdateAssumeRolePolicy PolicyDocument$/, trustPolicy],
  [/^Policy(Document)?$|^PolicyInputList$/, policy],
  [/^RoleArn$/, `arn:aws:iam::${account}:role/sweep`],
  [/^(PolicyArn|PermissionsBoundary|arn)$/, `arn:aws:iam::${account}:policy/sweep`],
  [/^(PolicySourceArn|Arn)$/, `arn:aws:iam::${account}:user/sweep`],
  [/^SerialNumber$/, `arn:aws:iam::${account}:mfa/sweep`],
  [/^OpenIDConnectProviderArn$/, `arn:aws:iam::${account}:oidc-provider/id.example.com`],
  [/^(SAMLProviderArn|PrincipalArn)$/, `arn:aws:iam::${account}:saml-provider/sweep`],
  [/^TargetPrincipal$/, account],
  [/^Url$/, 'https://sweep.example.com'],
  [/^InstanceId$/, 'i-0123456789abcdef0'],
  [/^AccessKeyId$/, 'AKIASWEEPSWEEPSWEEPS'],
  [/^ActionNames$/, 's3:GetObject'],
  [/^(ResourceId|ResourceIdList)$/, `arn:aws:cloudtrail:us-east-1:${account}:trail/sweep`],
  // AWS's list of actions forgets that associations have tags to read.
  [/^eks:ListTagsForResource resourceArn$/, `arn:aws:eks:us-east-1:${account}:cluster/sweep`],
  [/^eks:.* resourceArn$/, `arn:aws:eks:us-east-1:${account}:podidentityassociation/sweep/a-sweep`],
  [/^resourceArn$/, `arn:aws:rolesanywhere:us-east-1:${account}:trust-anchor/${uuid}`],
  [/^trustAnchorArn$/, `arn:aws:rolesanywhere:us-east-1:${account}:trust-anchor/${uuid}`],
  [/^profileArn$/, `arn:aws:rolesanywhere:us-east-1:${account}:profile/${uuid}`],
  [/^RegionName$/, 'ap-east-1'],
  [/^Date$/, '20260102'],
  [/^roleArn$/, `arn:aws:iam::${account}:role/sweep`],
];

/** Tried in this order where the name of a member says nothing. */
const candidates: readonly string[] = [
  'sweep',
  '123456',
  'sweep@example.com',
  'https://sweep.example.com',
  account,
  'o-sweepsweep',
  'r-sweep',
  'ou-sweep-sweepswe',
  'p-sweepsweep',
  'h-sweepsweep',
  'car-sweepsweep',
  'rt-sweepsweep',
  'o-sweepsweep/r-sweep/',
  'AKIASWEEPSWEEPSWEEPS',
  'v1',
  'head.body.signature',
  'US',
  '+1 555 0100',
  uuid,
  'sts.amazonaws.com',
  `arn:aws:iam::${account}:role/sweep`,
  `arn:aws:organizations::${account}:account/o-sweepsweep/${account}`,
  'a'.repeat(32),
  'a'.repeat(40),
  'a'.repeat(1000),
];

/** Members that an operation needs although its model does not say so. */
const neededBesides: Readonly<Record<string, Fields>> = {
  PutEventSelectors: { EventSelectors: [{}] },
  AssumeRoot: { TaskPolicyArn: { arn: 'arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials' } },
  CreateLoginProfile: { Password: 'Sweep-password-1' },
};

/** The smallest input that meets every constraint of the operation's model, as the SDK takes it. */
export function minimalInput(operation: OperationModel): Fields {
  if (operation.input === undefined) return {};
  return { ...(minimal(operation, operation.input, '') as Fields), ...neededBesides[operation.name] };
}

function minimal(operation: OperationModel, shape: Shape, name: string): unknown {
  switch (shape.type) {
    case 'structure':
      return Object.fromEntries(
        shape.members
          .filter((member) => member.required)
          .map((member) => [member.name, minimal(operation, member.shape, member.name)]),
      );
    case 'list':
      return Array.from({ length: Math.max(1, shape.min ?? 0) }, () =>
        minimal(operation, shape.member, name),
      );
    case 'map':
      return { [String(minimal(operation, shape.key, ''))]: minimal(operation, shape.value, '') };
    case 'string': {
      const behind = `${operation.name} ${name}`;
      const names = [name, behind, `${operation.service.service}:${behind}`];
      const meant = byName.flatMap(([pattern, value]) =>
        names.some((one) => pattern.test(one)) ? [value] : [],
      );
      const found = [...meant, ...(shape.enum ?? []), ...candidates].find((value) =>
        isValid(operation, shape, value),
      );
      if (found === undefined)
        throw new Error(`${operation.name} takes a ${shape.name}: add one to the candidates`);
      return found;
    }
    case 'boolean':
      return true;
    case 'timestamp':
      return new Date(Date.UTC(2026, 0, 2));
    case 'blob':
      return new Uint8Array([1, 2, 3]);
    default:
      return shape.min ?? 1;
  }
}

function isValid(operation: OperationModel, shape: Shape, value: unknown): boolean {
  const member = { name: 'Value', wireName: 'Value', required: true, location: 'body', shape } as const;
  const input = {
    type: 'structure',
    name: 'Tried',
    members: [member],
    memberByWireName: new Map([['Value', member]]),
    error: undefined,
  } as const;
  return validateInput({ ...operation, input }, { Value: value }).length === 0;
}
