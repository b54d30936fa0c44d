import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { UniqueId } from '#core/identifiers';
import type { IamTypes } from '#wire/model';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { simulationOperations } from './index.ts';

const account = '111122223333';
const alice = `arn:aws:iam::${account}:user/staff/alice`;
const worker = `arn:aws:iam::${account}:role/worker`;
const staff = `arn:aws:iam::${account}:group/staff`;
const object = 'arn:aws:s3:::bucket/key';
const administratorAccess = 'arn:aws:iam::aws:policy/AdministratorAccess';

let fixture: ServiceFixture;

function policy(...statements: readonly object[]): string {
  const Statement = statements.map((statement) => ({
    Effect: 'Allow',
    Action: 's3:GetObject',
    Resource: '*',
    ...statement,
  }));
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

before(async () => {
  fixture = await openServiceFixture(account);
  const entity = { account: fixture.account.id, createdAt: 0, path: '/' };
  const group = 'AGPASTAFFSTAFFSTAFFS' as UniqueId;
  await fixture.identity.write(({ put }) => {
    put('group', {
      ...entity,
      id: group,
      name: 'staff',
      inlinePolicies: { Listing: policy({ Action: 's3:ListBucket' }) },
      attachedPolicies: [],
    });
    put('user', {
      ...entity,
      id: 'AIDAALICEALICEALICEA' as UniqueId,
      name: 'alice',
      path: '/staff/',
      tags: [{ key: 'Team', value: 'blue' }],
      groups: [group],
      inlinePolicies: {
        Own: policy(
          { Resource: 'arn:aws:s3:::bucket/*' },
          { Effect: 'Deny', Resource: 'arn:aws:s3:::bucket/no*' },
        ),
        Home: policy({ Action: 's3:PutObject', Resource: 'arn:aws:s3:::home/\u0024{aws:username}/*' }),
        Team: policy({
          Action: 's3:DeleteObject',
          Condition: { StringEquals: { 'aws:PrincipalTag/team': 'blue', 'aws:SourceVpc': 'vpc-1' } },
        }),
      },
      attachedPolicies: [],
    });
    put('role', {
      ...entity,
      id: 'AROAWORKERWORKERWORK' as UniqueId,
      name: 'worker',
      tags: [],
      inlinePolicies: {},
      attachedPolicies: [administratorAccess],
      permissionsBoundary: 'arn:aws:iam::aws:policy/ReadOnlyAccess',
      maxSessionDurationSeconds: 3600,
      trustPolicy: '{}',
      trustedIds: {},
    });
  });
});

async function simulate(
  input: Partial<IamTypes.SimulatePrincipalPolicyRequest>,
): Promise<IamTypes.SimulatePolicyResponse> {
  return fixture.call(simulationOperations.SimulatePrincipalPolicy, {
    PolicySourceArn: alice,
    ActionNames: ['s3:GetObject'],
    ...input,
  });
}

async function simulateCustom(
  input: Partial<IamTypes.SimulateCustomPolicyRequest>,
): Promise<IamTypes.SimulatePolicyResponse> {
  return fixture.call(simulationOperations.SimulateCustomPolicy, {
    PolicyInputList: [policy({})],
    ActionNames: ['s3:GetObject'],
    ...input,
  });
}

/** Each result as `action resource decision`, and the policies of its matched statements. */
function lines({ EvaluationResults = [] }: IamTypes.SimulatePolicyResponse): readonly string[] {
  return EvaluationResults.map(
    ({ EvalActionName, EvalResourceName, EvalDecision, MatchedStatements = [] }) =>
      `${EvalActionName} ${EvalResourceName} ${EvalDecision}${MatchedStatements.map(({ SourcePolicyId }) => ` ${SourcePolicyId}`).join('')}`,
  );
}

describe('SimulateCustomPolicy', () => {
  test('answers what the example of AWS answers, positions included', async () => {
    const text =
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"dynamodb:*","Resource":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2018-08-16T12:00:00Z"}}}}';
    const at = (value: string) =>
      simulateCustom({
        PolicyInputList: [text],
        ActionNames: ['dynamodb:CreateBackup'],
        ContextEntries: [
          { ContextKeyName: 'aws:CurrentTime', ContextKeyValues: [value], ContextKeyType: 'date' },
        ],
      });
    assert.deepEqual(await at('2019-04-25T11:00:00Z'), {
      EvaluationResults: [
        {
          EvalActionName: 'dynamodb:CreateBackup',
          EvalResourceName: '*',
          EvalDecision: 'allowed',
          MatchedStatements: [
            {
              SourcePolicyId: 'PolicyInputList.1',
              SourcePolicyType: 'IAM Policy',
              StartPosition: { Line: 1, Column: 38 },
              EndPosition: { Line: 1, Column: 167 },
            },
          ],
          MissingContextValues: [],
        },
      ],
      IsTruncated: false,
    });
    assert.deepEqual(lines(await at('2014-04-25T11:00:00Z')), ['dynamodb:CreateBackup * implicitDeny']);
  });

  test('positions begin behind the bracket, and behind the statement before', async () => {
    const PolicyInputList = [
      '{\n  "Version": "2012-10-17",\n  "Statement": [\n    {"Effect": "Allow", "Action": "*", "Resource": "*"},\n    {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}\n  ]\n}',
    ];
    const { EvaluationResults } = await simulateCustom({ PolicyInputList });
    assert.deepEqual(
      EvaluationResults?.[0]?.MatchedStatements?.map(({ StartPosition, EndPosition }) => [
        StartPosition,
        EndPosition,
      ]),
      [
        [
          { Line: 3, Column: 17 },
          { Line: 4, Column: 56 },
        ],
        [
          { Line: 4, Column: 56 },
          { Line: 5, Column: 59 },
        ],
      ],
    );
  });

  test('has a result for each action on each resource, one page at a time', async () => {
    const input = {
      PolicyInputList: [policy({ Resource: object }), policy({ Effect: 'Deny', Action: 's3:PutObject' })],
      ActionNames: ['s3:GetObject', 's3:PutObject'],
      ResourceArns: [object, 'arn:aws:s3:::other'],
    };
    const all = [
      `s3:GetObject ${object} allowed PolicyInputList.1`,
      's3:GetObject arn:aws:s3:::other implicitDeny',
      `s3:PutObject ${object} explicitDeny PolicyInputList.2`,
      's3:PutObject arn:aws:s3:::other explicitDeny PolicyInputList.2',
    ];
    assert.deepEqual(lines(await simulateCustom(input)), all);
    const first = await simulateCustom({ ...input, MaxItems: 3 });
    assert.deepEqual([lines(first), first.IsTruncated], [all.slice(0, 3), true]);
    const second = await simulateCustom({ ...input, Marker: first.Marker });
    assert.deepEqual([lines(second), second.IsTruncated, second.Marker], [all.slice(3), false, undefined]);
  });

  test('names the keys that have no value: of the result for `*`, of each resource otherwise', async () => {
    const PolicyInputList = [
      policy({ Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1', 'aws:UserAgent': 'x' } } }),
    ];
    const ContextEntries = [
      { ContextKeyName: 'AWS:useragent', ContextKeyValues: ['x'], ContextKeyType: 'string' },
    ];
    const [any] = (await simulateCustom({ PolicyInputList, ContextEntries })).EvaluationResults ?? [];
    assert.deepEqual(
      [any?.MissingContextValues, any?.ResourceSpecificResults],
      [['aws:SourceVpc'], undefined],
    );
    const [one] =
      (await simulateCustom({ PolicyInputList, ContextEntries, ResourceArns: [object] })).EvaluationResults ??
      [];
    assert.deepEqual(one?.MissingContextValues, []);
    assert.deepEqual(one?.ResourceSpecificResults, [
      {
        EvalResourceName: object,
        EvalResourceDecision: 'implicitDeny',
        MatchedStatements: [],
        EvalDecisionDetails: {},
        MissingContextValues: ['aws:SourceVpc'],
      },
    ]);
  });

  test('reads a value of a list type as a list, and one of another type as one', async () => {
    const PolicyInputList = [
      policy({ Condition: { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } } }),
    ];
    const tags = (...values: readonly string[]) =>
      simulateCustom({
        PolicyInputList,
        ContextEntries: [
          { ContextKeyName: 'aws:TagKeys', ContextKeyValues: values, ContextKeyType: 'stringList' },
        ],
      });
    assert.deepEqual(lines(await tags('a', 'b')), ['s3:GetObject * allowed PolicyInputList.1']);
    assert.deepEqual(lines(await tags('a', 'c')), ['s3:GetObject * implicitDeny']);
  });

  test('a boundary must allow as well, and what it says is told', async () => {
    for (const [Action, decision, allowed] of [
      ['s3:*', 'allowed PolicyInputList.1', true],
      ['iam:*', 'implicitDeny', false],
    ] as const) {
      const answer = await simulateCustom({ PermissionsBoundaryPolicyInputList: [policy({ Action })] });
      assert.deepEqual(lines(answer), [`s3:GetObject * ${decision}`]);
      assert.deepEqual(answer.EvaluationResults?.[0]?.PermissionsBoundaryDecisionDetail, {
        AllowedByPermissionsBoundary: allowed,
      });
    }
    const denying = await simulateCustom({
      PermissionsBoundaryPolicyInputList: [policy({ Effect: 'Deny' })],
    });
    assert.deepEqual(lines(denying), ['s3:GetObject * explicitDeny PermissionsBoundaryPolicyInputList.1']);
  });

  const bob = 'arn:aws:iam::444455556666:user/bob';

  test('a resource policy decides for the caller it names, within an account and across', async () => {
    const ResourcePolicy = policy({ Principal: { AWS: [alice, bob] }, Resource: object });
    const ask = (more: Partial<IamTypes.SimulateCustomPolicyRequest>) =>
      simulateCustom({
        PolicyInputList: [policy({ Action: 's3:PutObject' })],
        ResourceArns: [object],
        ResourcePolicy,
        ...more,
      });
    const within = await ask({ CallerArn: alice });
    assert.deepEqual(lines(within), [`s3:GetObject ${object} allowed ResourcePolicy`]);
    assert.deepEqual(within.EvaluationResults?.[0]?.EvalDecisionDetails, {});
    const ResourceOwner = `arn:aws:iam::${account}:root`;
    const across = await ask({ CallerArn: bob, ResourceOwner });
    assert.deepEqual(lines(across), [`s3:GetObject ${object} implicitDeny`]);
    assert.deepEqual(across.EvaluationResults?.[0]?.EvalDecisionDetails, {
      'Resource Policy': 'allowed',
      'IAM Policy': 'implicitDeny',
    });
    const both = await ask({ CallerArn: bob, ResourceOwner, PolicyInputList: [policy({})] });
    assert.deepEqual(lines(both), [`s3:GetObject ${object} allowed ResourcePolicy PolicyInputList.1`]);
    const nobody = await ask({ CallerArn: `arn:aws:iam::${account}:user/carol` });
    assert.deepEqual(lines(nobody), [`s3:GetObject ${object} implicitDeny`]);
  });

  test('knows the name of its caller, and nothing of a caller that is not given', async () => {
    const PolicyInputList = [policy({ Resource: 'arn:aws:s3:::home/\u0024{aws:username}/*' })];
    const ResourceArns = ['arn:aws:s3:::home/bob/x'];
    const named = await simulateCustom({ PolicyInputList, ResourceArns, CallerArn: bob });
    assert.deepEqual(lines(named), [`s3:GetObject ${ResourceArns[0]} allowed PolicyInputList.1`]);
    const [unnamed] = (await simulateCustom({ PolicyInputList, ResourceArns })).EvaluationResults ?? [];
    assert.equal(unnamed?.EvalDecision, 'implicitDeny');
    assert.deepEqual(unnamed?.ResourceSpecificResults?.[0]?.MissingContextValues, ['aws:username']);
  });

  const part = (type: string) => `arn:aws:ec2:us-east-1:${account}:${type}/x`;
  const parts = ['instance', 'image', 'security-group', 'network-interface'].map(part);

  test('a scenario of EC2 is allowed only where each of its resources is', async () => {
    const launch = (...Resource: readonly string[]) =>
      simulateCustom({
        PolicyInputList: [policy({ Action: 'ec2:RunInstances', Resource })],
        ActionNames: ['ec2:RunInstances'],
        ResourceArns: parts,
        ResourceHandlingOption: 'EC2-VPC-InstanceStore',
      });
    const whole = await launch('*');
    const ids = ' PolicyInputList.1'.repeat(4);
    assert.deepEqual(lines(whole), [`ec2:RunInstances * allowed${ids}`]);
    const partial = await launch(...parts.slice(1));
    assert.deepEqual(lines(partial), ['ec2:RunInstances * implicitDeny']);
    assert.deepEqual(
      partial.EvaluationResults?.[0]?.ResourceSpecificResults?.map(
        ({ EvalResourceDecision }) => EvalResourceDecision,
      ),
      ['implicitDeny', 'allowed', 'allowed', 'allowed'],
    );
  });

  test('decides no more at once than one answer may cost, and goes on behind it', async () => {
    const large = policy({ Resource: `arn:aws:s3:::${'a'.repeat(97_000)}` });
    const input = {
      PolicyInputList: [large, large],
      ActionNames: Array.from({ length: 600 }, (_, index) => `s3:Get${index}`),
      MaxItems: 1000,
    };
    const first = await simulateCustom(input);
    assert.deepEqual([first.EvaluationResults?.length, first.IsTruncated], [501, true]);
    const rest = await simulateCustom({ ...input, Marker: first.Marker });
    assert.deepEqual([rest.EvaluationResults?.length, rest.IsTruncated], [99, false]);
  });

  for (const [what, input, text] of [
    [
      'a scenario of more decisions than one answer may cost',
      {
        ResourceHandlingOption: 'EC2-VPC-InstanceStore',
        ResourceArns: Array.from({ length: 20_000 }, () => parts)
          .flat()
          .slice(0, 20_000),
      },
      'The policies and resources are too many to be simulated at once.',
    ],
    [
      'a policy that is none',
      { PolicyInputList: ['{'] },
      'Invalid policy PolicyInputList.1: Syntax errors in policy. (line 1, column 2)',
    ],
    [
      'a boundary with Principal',
      { PermissionsBoundaryPolicyInputList: [policy({ Principal: '*' })] },
      'Invalid policy PermissionsBoundaryPolicyInputList.1: Policy document should not specify a principal. (line 1, column 95)',
    ],
    [
      'two boundaries',
      { PermissionsBoundaryPolicyInputList: [policy({}), policy({})] },
      'Only one permissions boundary can be simulated.',
    ],
    [
      'a resource policy without Principal',
      { ResourcePolicy: policy({}), CallerArn: alice },
      'Invalid policy ResourcePolicy: Missing required field Principal (line 1, column 38)',
    ],
    [
      'a resource policy for nobody',
      { ResourcePolicy: policy({ Principal: '*' }) },
      'CallerArn is required with ResourcePolicy unless the policies are those of a user.',
    ],
    [
      'a wildcard among the actions',
      { ActionNames: ['s3:Get*'] },
      'Invalid action name: s3:Get*. Name one action of one service, without wildcards.',
    ],
    [
      'a resource that is no ARN',
      { ResourceArns: ['bucket'] },
      'Invalid resource: bucket must be an ARN or "*".',
    ],
    ['a role as caller', { CallerArn: worker }, `CallerArn must be the ARN of an IAM user: ${worker}`],
    [
      'an owner that is no account',
      { ResourceOwner: alice },
      `ResourceOwner must name an account, such as arn:aws:iam::111122223333:root: ${alice}`,
    ],
    [
      'a key without value',
      { ContextEntries: [{ ContextKeyName: 'aws:SourceIp', ContextKeyType: 'ip' }] },
      'Context entry aws:SourceIp must have a name and a value.',
    ],
    [
      'two values of a type that has one',
      {
        ContextEntries: [
          { ContextKeyName: 'aws:a', ContextKeyValues: ['1', '2'], ContextKeyType: 'numeric' },
        ],
      },
      'Context entry aws:a of type numeric must have one value.',
    ],
    [
      'a number that is none',
      {
        ContextEntries: [{ ContextKeyName: 'aws:a', ContextKeyValues: ['x'], ContextKeyType: 'numericList' }],
      },
      'Context entry aws:a has a value that is no numericList: x',
    ],
    [
      'a boolean that is none',
      { ContextEntries: [{ ContextKeyName: 'aws:a', ContextKeyValues: ['yes'], ContextKeyType: 'boolean' }] },
      'Context entry aws:a has a value that is no boolean: yes',
    ],
    [
      'an unknown scenario',
      { ResourceHandlingOption: 'EC2' },
      'Invalid ResourceHandlingOption: EC2. It is one of EC2-Classic-InstanceStore, EC2-Classic-EBS, EC2-VPC-InstanceStore, EC2-VPC-InstanceStore-Subnet, EC2-VPC-EBS, EC2-VPC-EBS-Subnet.',
    ],
    [
      'a scenario without its subnet',
      { ResourceHandlingOption: 'EC2-VPC-InstanceStore-Subnet', ResourceArns: parts },
      'ResourceHandlingOption EC2-VPC-InstanceStore-Subnet requires a resource of type subnet.',
    ],
  ] as const) {
    test(`refuses ${what}`, async () => {
      await assert.rejects(simulateCustom(input), isFault('InvalidInput', text));
    });
  }

  test('asks for a permission on everything', () => {
    const input = { PolicyInputList: [policy({})], ActionNames: ['s3:GetObject'] };
    assert.deepEqual(fixture.questions(simulationOperations.SimulateCustomPolicy, input), [
      { action: 'iam:SimulateCustomPolicy', resource: '*' },
    ]);
  });
});

describe('SimulatePrincipalPolicy', () => {
  test("decides by a user's own policies and those of its groups, and names them", async () => {
    const answer = await simulate({
      ActionNames: ['s3:GetObject', 's3:ListBucket', 'iam:GetUser'],
      ResourceArns: [object, 'arn:aws:s3:::bucket/no'],
    });
    assert.deepEqual(lines(answer), [
      `s3:GetObject ${object} allowed user_alice_Own`,
      's3:GetObject arn:aws:s3:::bucket/no explicitDeny user_alice_Own',
      `s3:ListBucket ${object} allowed group_staff_Listing`,
      's3:ListBucket arn:aws:s3:::bucket/no allowed group_staff_Listing',
      `iam:GetUser ${object} implicitDeny`,
      'iam:GetUser arn:aws:s3:::bucket/no implicitDeny',
    ]);
  });

  test('knows the condition keys of a user, and takes others from the request', async () => {
    const home = await simulate({
      ActionNames: ['s3:PutObject'],
      ResourceArns: ['arn:aws:s3:::home/alice/x'],
    });
    assert.deepEqual(lines(home), ['s3:PutObject arn:aws:s3:::home/alice/x allowed user_alice_Home']);
    const ask = (value: string) =>
      simulate({
        ActionNames: ['s3:DeleteObject'],
        ContextEntries: [
          { ContextKeyName: 'aws:SourceVpc', ContextKeyValues: [value], ContextKeyType: 'string' },
        ],
      });
    assert.deepEqual(lines(await ask('vpc-1')), ['s3:DeleteObject * allowed user_alice_Team']);
    assert.deepEqual(lines(await ask('vpc-2')), ['s3:DeleteObject * implicitDeny']);
    const without = await simulate({ ActionNames: ['s3:DeleteObject'] });
    assert.deepEqual(without.EvaluationResults?.[0]?.MissingContextValues, ['aws:SourceVpc']);
  });

  test('decides as another caller who had these policies', async () => {
    const bob = `arn:aws:iam::${account}:user/bob`;
    const input = { ActionNames: ['s3:PutObject'], ResourceArns: ['arn:aws:s3:::home/bob/x'] };
    assert.deepEqual(lines(await simulate(input)), ['s3:PutObject arn:aws:s3:::home/bob/x implicitDeny']);
    assert.deepEqual(lines(await simulate({ ...input, CallerArn: bob })), [
      's3:PutObject arn:aws:s3:::home/bob/x allowed user_alice_Home',
    ]);
  });

  test('keeps a role within its boundary, unless the request brings another one', async () => {
    const input = { PolicySourceArn: worker, ActionNames: ['s3:GetObject', 's3:PutObject'] };
    const own = await simulate(input);
    assert.deepEqual(lines(own), [
      's3:GetObject * allowed AdministratorAccess',
      's3:PutObject * implicitDeny',
    ]);
    assert.deepEqual(
      own.EvaluationResults?.map(({ PermissionsBoundaryDecisionDetail: detail }) => detail),
      [{ AllowedByPermissionsBoundary: true }, { AllowedByPermissionsBoundary: false }],
    );
    const other = await simulate({
      ...input,
      PermissionsBoundaryPolicyInputList: [policy({ Action: 's3:Put*' })],
    });
    assert.deepEqual(lines(other), [
      's3:GetObject * implicitDeny',
      's3:PutObject * allowed AdministratorAccess',
    ]);
  });

  test('does not pretend to know the session of a role', async () => {
    const Condition = { StringLike: { 'aws:userid': '*' }, Bool: { 'aws:MultiFactorAuthPresent': 'false' } };
    const answer = await simulate({
      PolicySourceArn: worker,
      PolicyInputList: [policy({ Effect: 'Deny', Condition })],
    });
    assert.deepEqual(answer.EvaluationResults?.[0]?.MissingContextValues, [
      'aws:userid',
      'aws:MultiFactorAuthPresent',
    ]);
  });

  test('decides by what a group gives its members, and by policies that are only given', async () => {
    const answer = await simulate({
      PolicySourceArn: staff,
      ActionNames: ['s3:ListBucket', 's3:GetObject'],
      PolicyInputList: [policy({})],
    });
    assert.deepEqual(lines(answer), [
      's3:ListBucket * allowed group_staff_Listing',
      's3:GetObject * allowed PolicyInputList.1',
    ]);
  });

  test('refuses an ARN that names no user, group or role', async () => {
    for (const PolicySourceArn of [
      `arn:aws:sts::${account}:assumed-role/worker/one`,
      `arn:aws:iam::${account}:policy/worker`,
      `arn:aws:iam::${account}:root`,
    ]) {
      await assert.rejects(
        simulate({ PolicySourceArn }),
        isFault(
          'InvalidInput',
          `Invalid Entity Arn: ${PolicySourceArn} does not clearly define entity type and name.`,
        ),
      );
    }
  });

  test('does not find who is not there, under another path or in another account', async () => {
    for (const [arn, text] of [
      [`arn:aws:iam::${account}:user/bob`, 'The user with name bob cannot be found.'],
      [`arn:aws:iam::${account}:user/alice`, 'The user with name alice cannot be found.'],
      ['arn:aws:iam::444455556666:role/worker', 'The role with name worker cannot be found.'],
      [`arn:aws:iam::${account}:group/none`, 'The group with name none cannot be found.'],
    ] as const) {
      await assert.rejects(simulate({ PolicySourceArn: arn }), isFault('NoSuchEntity', text));
    }
  });

  test('asks for a permission on the entity, found or not', () => {
    const ask = (PolicySourceArn: string) =>
      fixture.questions(simulationOperations.SimulatePrincipalPolicy, { PolicySourceArn, ActionNames: [] });
    assert.deepEqual(ask(alice), [
      {
        action: 'iam:SimulatePrincipalPolicy',
        resource: alice,
        resourceTags: [{ key: 'Team', value: 'blue' }],
      },
    ]);
    const elsewhere = 'arn:aws:iam::444455556666:role/x/worker';
    assert.deepEqual(ask(elsewhere), [
      { action: 'iam:SimulatePrincipalPolicy', resource: elsewhere, resourceAccount: '444455556666' },
    ]);
  });
});

describe('GetContextKeysFor…Policy', () => {
  const given = policy(
    { Condition: { StringEquals: { 'aws:UserAgent': 'x', 'aws:SourceIp': '::1' } } },
    { Condition: { StringEquals: { 'AWS:useragent': 'y' } }, Resource: 'arn:aws:s3:::b/\u0024{aws:userid}' },
  );

  test('lists the keys of the given policies, each once', async () => {
    const answer = await fixture.call(simulationOperations.GetContextKeysForCustomPolicy, {
      PolicyInputList: [given],
    });
    assert.deepEqual(answer, { ContextKeyNames: ['aws:SourceIp', 'aws:UserAgent', 'aws:userid'] });
  });

  test("lists the keys of an entity's policies and of those given", async () => {
    const ask = (PolicySourceArn: string, PolicyInputList?: readonly string[]) =>
      fixture.call(simulationOperations.GetContextKeysForPrincipalPolicy, {
        PolicySourceArn,
        PolicyInputList,
      });
    const own = ['aws:PrincipalTag/team', 'aws:SourceVpc', 'aws:username'];
    assert.deepEqual(await ask(alice), { ContextKeyNames: own });
    const ContextKeyNames = [
      'aws:PrincipalTag/team',
      'aws:SourceIp',
      'aws:SourceVpc',
      'aws:UserAgent',
      'aws:userid',
      'aws:username',
    ];
    assert.deepEqual(await ask(alice, [given]), { ContextKeyNames });
    assert.deepEqual(await ask(staff), { ContextKeyNames: [] });
  });

  test('refuses policies that are none and entities that are not there', async () => {
    await assert.rejects(
      fixture.call(simulationOperations.GetContextKeysForCustomPolicy, { PolicyInputList: ['{}'] }),
      isFault(
        'InvalidInput',
        'Invalid policy PolicyInputList.1: Syntax errors in policy. (line 1, column 1)',
      ),
    );
    await assert.rejects(
      fixture.call(simulationOperations.GetContextKeysForPrincipalPolicy, { PolicySourceArn: `${staff}x` }),
      isFault('NoSuchEntity', 'The group with name staffx cannot be found.'),
    );
  });

  test('asks for a permission on everything, or on the entity', () => {
    const { GetContextKeysForCustomPolicy, GetContextKeysForPrincipalPolicy } = simulationOperations;
    assert.deepEqual(fixture.questions(GetContextKeysForCustomPolicy, { PolicyInputList: [] }), [
      { action: 'iam:GetContextKeysForCustomPolicy', resource: '*' },
    ]);
    assert.deepEqual(fixture.questions(GetContextKeysForPrincipalPolicy, { PolicySourceArn: staff }), [
      { action: 'iam:GetContextKeysForPrincipalPolicy', resource: staff },
    ]);
  });
});
