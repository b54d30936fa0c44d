import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PolicyError } from '#core/policy';
import type { Caller } from '#services/operation';
import type { PolicyRecord } from '#stores/identity';
import type { IamTypes } from '#wire/model';
import { allowing, putHolders } from '../../../../test/holder-fixture.ts';
import { isFault } from '../../../../test/organization-fixture.ts';
import { openServiceFixture, type ServiceFixture } from '../../../../test/service-fixture.ts';
import { attachedPolicyOperations } from '../attached-policy/index.ts';
import { boundaryOperations } from '../boundary/index.ts';
import { createPolicy } from './create-policy.ts';
import { deletePolicy } from './delete-policy.ts';
import { getPolicy } from './get-policy.ts';
import { listEntitiesForPolicy } from './list-entities-for-policy.ts';
import { listPolicies } from './list-policies.ts';

const account = '111122223333';
const readOnly = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
const absent = `arn:aws:iam::${account}:policy/absent`;

function arnOf(name: string, path = '/'): string {
  return `arn:aws:iam::${account}:policy${path}${name}`;
}

async function create(
  fixture: ServiceFixture,
  PolicyName: string,
  input: Partial<IamTypes.CreatePolicyRequest> = {},
): Promise<IamTypes.Policy> {
  const answer: IamTypes.CreatePolicyResponse = await fixture.call(createPolicy, {
    PolicyName,
    PolicyDocument: allowing('s3:GetObject'),
    ...input,
  });
  assert.ok(answer.Policy);
  return answer.Policy;
}

async function get(fixture: ServiceFixture, PolicyArn: string): Promise<IamTypes.Policy> {
  const { Policy }: IamTypes.GetPolicyResponse = await fixture.call(getPolicy, { PolicyArn });
  assert.ok(Policy);
  return Policy;
}

function stored(fixture: ServiceFixture, name: string): PolicyRecord {
  const policy = fixture.identity.state.all('policy').named(account, name);
  assert.ok(policy);
  return policy;
}

async function stranger(fixture: ServiceFixture): Promise<Caller> {
  const other = await fixture.addAccount('999988887777', 'stranger');
  return { kind: 'root', account: other, accessKeyId: 'AKIASTRANGER' };
}

test('CreatePolicy answers the policy, and GetPolicy the same with description and tags', async () => {
  const fixture = await openServiceFixture();
  const Tags = [
    { Key: 'b', Value: '1' },
    { Key: 'B', Value: '' },
  ];
  const policy = await create(fixture, 'Reading', { Path: '/team/', Description: 'reads', Tags });
  assert.match(policy.PolicyId ?? '', /^ANPA[A-Z2-7]{17}$/);
  assert.deepEqual(policy, {
    PolicyName: 'Reading',
    PolicyId: policy.PolicyId,
    Arn: arnOf('Reading', '/team/'),
    Path: '/team/',
    DefaultVersionId: 'v1',
    AttachmentCount: 0,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: fixture.now,
    UpdateDate: fixture.now,
    Tags,
  });
  assert.deepEqual(await get(fixture, arnOf('Reading', '/team/')), { ...policy, Description: 'reads' });
  const plain = await create(fixture, 'plain');
  assert.deepEqual([plain.Path, plain.Tags, plain.Description], ['/', undefined, undefined]);
  assert.deepEqual((await get(fixture, arnOf('plain'))).Tags, []);
  assert.equal(stored(fixture, 'plain').versions[0]?.document, allowing('s3:GetObject'));
});

test('CreatePolicy asks about the ARN to be, and with tags also whether the caller may tag it', async () => {
  const fixture = await openServiceFixture();
  const input = { PolicyName: 'Reading', Path: '/team/', PolicyDocument: allowing('s3:GetObject') };
  const resource = arnOf('Reading', '/team/');
  assert.deepEqual(fixture.questions(createPolicy, input), [
    { action: 'iam:CreatePolicy', resource, context: {} },
  ]);
  const context = { 'aws:RequestTag/Team': 'blue', 'aws:TagKeys': ['Team'] };
  assert.deepEqual(fixture.questions(createPolicy, { ...input, Tags: [{ Key: 'Team', Value: 'blue' }] }), [
    { action: 'iam:CreatePolicy', resource, context },
    { action: 'iam:TagPolicy', resource, context },
  ]);
});

test('of two policies created at once with one name, whatever its case and path, there is one', async () => {
  const fixture = await openServiceFixture();
  const [first, second] = await Promise.allSettled([
    create(fixture, 'reading'),
    create(fixture, 'Reading', { Path: '/team/' }),
  ]);
  assert.equal(first.status, 'fulfilled');
  assert.ok(second.status === 'rejected');
  assert.ok(
    isFault(
      'EntityAlreadyExists',
      'A policy called Reading already exists. Duplicate names are not allowed.',
    )(second.reason),
  );
});

test('an account has up to fifteen hundred policies', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, 'policy-0');
  const first = stored(fixture, 'policy-0');
  await fixture.identity.write(({ put }) => {
    for (let index = 1; index < 1499; index++) {
      put('policy', { ...first, id: `ANPA${index}` as typeof first.id, name: `policy-${index}` });
    }
  });
  const [last, tooMany] = await Promise.allSettled([create(fixture, 'last'), create(fixture, 'one-more')]);
  assert.equal(last.status, 'fulfilled');
  assert.ok(tooMany.status === 'rejected');
  assert.ok(isFault('LimitExceeded', 'Cannot exceed quota for PoliciesPerAccount: 1500')(tooMany.reason));
});

test('a document must be a policy of version 2012-10-17 and not too large', async () => {
  const fixture = await openServiceFixture();
  const statement = '"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}';
  for (const [document, message] of [
    ['This is not a json document', 'Syntax errors in policy.'],
    [`{${statement}}`, 'Policy document must be version 2012-10-17 or greater.'],
    [`{"Version":"2008-10-17",${statement}}`, 'Policy document must be version 2012-10-17 or greater.'],
    ['{"Statement":{"Effect":"Allow"}}', 'Policy document must be version 2012-10-17 or greater.'],
    [`{"Version":"2013-10-17",${statement}}`, 'Syntax errors in policy.'],
    [
      '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject"}}',
      'Policy statement must contain resources.',
    ],
  ] as const) {
    await assert.rejects(create(fixture, 'p', { PolicyDocument: document }), (error) => {
      assert.ok(error instanceof PolicyError);
      assert.equal(error.message, message);
      return true;
    });
  }
  const filling = (size: number) => allowing(`s3:${'a'.repeat(size - allowing('s3:').length)}`);
  await create(fixture, 'large', {
    PolicyDocument: JSON.stringify(JSON.parse(filling(6144)), null, 4),
  });
  await assert.rejects(
    create(fixture, 'larger', { PolicyDocument: filling(6145) }),
    isFault('LimitExceeded', 'Cannot exceed quota for PolicySize: 6144'),
  );
});

test('an AWS managed policy is described like any other, with the counts of the account', async () => {
  const fixture = await openServiceFixture();
  await putHolders(fixture, 'Holder');
  await fixture.call(attachedPolicyOperations.AttachUserPolicy, { UserName: 'Holder', PolicyArn: readOnly });
  await fixture.call(attachedPolicyOperations.AttachGroupPolicy, {
    GroupName: 'Holder',
    PolicyArn: readOnly,
  });
  await fixture.call(boundaryOperations.PutRolePermissionsBoundary, {
    RoleName: 'Holder',
    PermissionsBoundary: readOnly,
  });
  const { PolicyId, CreateDate, Description, ...policy } = await get(fixture, readOnly);
  assert.match(PolicyId ?? '', /^ANPA[A-Z]{17}$/);
  assert.ok(Description !== undefined && CreateDate !== undefined);
  assert.deepEqual(policy, {
    PolicyName: 'ReadOnlyAccess',
    Arn: readOnly,
    Path: '/',
    DefaultVersionId: 'v1',
    AttachmentCount: 2,
    PermissionsBoundaryUsageCount: 1,
    IsAttachable: true,
    UpdateDate: CreateDate,
    Tags: [],
  });
  const other: IamTypes.GetPolicyResponse = await fixture.call(
    getPolicy,
    { PolicyArn: readOnly },
    await stranger(fixture),
  );
  assert.equal(other.Policy?.AttachmentCount, 0);
});

test('ListPolicies shows AWS’s and the account’s by name, without description and tags', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, 'readonlyaccess', { Description: 'mine', Tags: [{ Key: 'a', Value: '' }] });
  await create(fixture, 'Zulu', { Path: '/team/deep/' });
  await create(fixture, 'alpha', { Path: '/team/' });
  const list = async (input: object, caller?: Caller): Promise<readonly (string | undefined)[]> => {
    const arns: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const shown: IamTypes.ListPoliciesResponse = await fixture.call(
        listPolicies,
        { ...input, MaxItems: 2, Marker },
        caller,
      );
      arns.push(...(shown.Policies ?? []).map(({ Arn }) => Arn));
      assert.equal(shown.IsTruncated, shown.Marker !== undefined);
      Marker = shown.Marker;
    } while (Marker !== undefined);
    return arns;
  };
  const own = [arnOf('alpha', '/team/'), arnOf('readonlyaccess'), arnOf('Zulu', '/team/deep/')];
  assert.deepEqual(await list({ Scope: 'Local' }), own);
  const aws = await list({ Scope: 'AWS' });
  assert.ok(aws.length >= 8 && aws.every((arn) => arn?.startsWith('arn:aws:iam::aws:policy/')));
  const all = await list({});
  assert.deepEqual(all, await list({ Scope: 'All' }));
  assert.deepEqual([...all].sort(), [...own, ...aws].sort());
  assert.equal(all.indexOf(readOnly), all.indexOf(arnOf('readonlyaccess')) + 1);
  assert.deepEqual(await list({ PathPrefix: '/team/' }), [
    arnOf('alpha', '/team/'),
    arnOf('Zulu', '/team/deep/'),
  ]);
  assert.deepEqual(await list({}, await stranger(fixture)), aws);
  const { Policies }: IamTypes.ListPoliciesResponse = await fixture.call(listPolicies, {
    Scope: 'Local',
    MaxItems: 2,
  });
  assert.deepEqual(Policies?.[1], {
    PolicyName: 'readonlyaccess',
    PolicyId: stored(fixture, 'readonlyaccess').id,
    Arn: arnOf('readonlyaccess'),
    Path: '/',
    DefaultVersionId: 'v1',
    AttachmentCount: 0,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: fixture.now,
    UpdateDate: fixture.now,
  });
  await assert.rejects(
    fixture.call(listPolicies, { Marker: 'no' }),
    isFault('ValidationError', 'Invalid Marker.'),
  );
  assert.deepEqual(fixture.questions(listPolicies, {}), [{ action: 'iam:ListPolicies', resource: '*' }]);
});

test('ListPolicies tells the attached from those that bound', async () => {
  const fixture = await openServiceFixture();
  await putHolders(fixture, 'Holder');
  for (const name of ['attached', 'bounding', 'idle']) await create(fixture, name);
  await fixture.call(attachedPolicyOperations.AttachRolePolicy, {
    RoleName: 'Holder',
    PolicyArn: arnOf('attached'),
  });
  await fixture.call(boundaryOperations.PutUserPermissionsBoundary, {
    UserName: 'Holder',
    PermissionsBoundary: arnOf('bounding'),
  });
  const list = async (input: object): Promise<readonly (string | undefined)[]> => {
    const { Policies }: IamTypes.ListPoliciesResponse = await fixture.call(listPolicies, input);
    return (Policies ?? []).map(({ PolicyName }) => PolicyName);
  };
  assert.deepEqual(await list({ OnlyAttached: true }), ['attached']);
  assert.deepEqual(await list({ PolicyUsageFilter: 'PermissionsPolicy' }), ['attached']);
  assert.deepEqual(await list({ PolicyUsageFilter: 'PermissionsBoundary' }), ['bounding']);
  assert.equal((await list({ OnlyAttached: false, Scope: 'Local' })).length, 3);
});

test('ListEntitiesForPolicy shows who has a policy, attached or as a boundary', async () => {
  const fixture = await openServiceFixture();
  await putHolders(fixture, 'Attached');
  await putHolders(fixture, 'bounded');
  await putHolders(fixture, 'idle');
  await create(fixture, 'p');
  const PolicyArn = arnOf('p');
  await fixture.call(attachedPolicyOperations.AttachUserPolicy, { UserName: 'Attached', PolicyArn });
  await fixture.call(attachedPolicyOperations.AttachGroupPolicy, { GroupName: 'Attached', PolicyArn });
  await fixture.call(attachedPolicyOperations.AttachRolePolicy, { RoleName: 'Attached', PolicyArn });
  const bounding = { PermissionsBoundary: PolicyArn };
  await fixture.call(boundaryOperations.PutUserPermissionsBoundary, { UserName: 'bounded', ...bounding });
  await fixture.call(boundaryOperations.PutRolePermissionsBoundary, { RoleName: 'bounded', ...bounding });

  const namesIn = (answer: IamTypes.ListEntitiesForPolicyResponse) => [
    (answer.PolicyGroups ?? []).map(({ GroupName }) => GroupName),
    (answer.PolicyRoles ?? []).map(({ RoleName }) => RoleName),
    (answer.PolicyUsers ?? []).map(({ UserName }) => UserName),
  ];
  const entities = async (input: object) => {
    const answer: IamTypes.ListEntitiesForPolicyResponse = await fixture.call(listEntitiesForPolicy, {
      PolicyArn,
      ...input,
    });
    assert.equal(answer.IsTruncated, false);
    return namesIn(answer);
  };
  assert.deepEqual(await entities({}), [['Attached'], ['Attached', 'bounded'], ['Attached', 'bounded']]);
  assert.deepEqual(await entities({ PolicyUsageFilter: 'PermissionsPolicy' }), [
    ['Attached'],
    ['Attached'],
    ['Attached'],
  ]);
  assert.deepEqual(await entities({ PolicyUsageFilter: 'PermissionsBoundary' }), [
    [],
    ['bounded'],
    ['bounded'],
  ]);
  assert.deepEqual(await entities({ EntityFilter: 'Group' }), [['Attached'], [], []]);
  assert.deepEqual(await entities({ EntityFilter: 'Role' }), [[], ['Attached', 'bounded'], []]);
  assert.deepEqual(await entities({ EntityFilter: 'User' }), [[], [], ['Attached', 'bounded']]);
  assert.deepEqual(await entities({ EntityFilter: 'LocalManagedPolicy' }), [[], [], []]);
  assert.deepEqual(await entities({ PathPrefix: '/else/' }), [[], [], []]);
  assert.deepEqual(await entities({ PolicyArn: readOnly }), [[], [], []]);

  const pages: unknown[] = [];
  let Marker: string | undefined;
  do {
    const answer: IamTypes.ListEntitiesForPolicyResponse = await fixture.call(listEntitiesForPolicy, {
      PolicyArn,
      MaxItems: 2,
      Marker,
    });
    pages.push(namesIn(answer));
    Marker = answer.Marker;
  } while (Marker !== undefined);
  assert.deepEqual(pages, [
    [['Attached'], ['Attached'], []],
    [[], ['bounded'], ['Attached']],
    [[], [], ['bounded']],
  ]);
  const { PolicyUsers }: IamTypes.ListEntitiesForPolicyResponse = await fixture.call(listEntitiesForPolicy, {
    PolicyArn,
    EntityFilter: 'User',
  });
  const user = fixture.identity.state.all('user').named(account, 'attached');
  assert.deepEqual(PolicyUsers?.[0], { UserName: 'Attached', UserId: user?.id });
});

test('a policy is deleted only when nobody has it and one version is left', async () => {
  const fixture = await openServiceFixture();
  await putHolders(fixture, 'Holder');
  await create(fixture, 'p');
  const PolicyArn = arnOf('p');
  const remove = () => fixture.call(deletePolicy, { PolicyArn });
  const inUse = isFault('DeleteConflict', 'Cannot delete a policy attached to entities.');

  await fixture.call(attachedPolicyOperations.AttachGroupPolicy, { GroupName: 'Holder', PolicyArn });
  await assert.rejects(remove(), inUse);
  await fixture.call(attachedPolicyOperations.DetachGroupPolicy, { GroupName: 'Holder', PolicyArn });

  const bounding = { UserName: 'Holder', PermissionsBoundary: PolicyArn };
  await fixture.call(boundaryOperations.PutUserPermissionsBoundary, bounding);
  await assert.rejects(remove(), inUse);
  await fixture.call(boundaryOperations.DeleteUserPermissionsBoundary, bounding);

  const policy = stored(fixture, 'p');
  const [version] = policy.versions;
  assert.ok(version);
  await fixture.identity.write(({ put }) =>
    put('policy', { ...policy, versions: [version, { ...version, id: 'v2' }] }),
  );
  await assert.rejects(
    remove(),
    isFault(
      'DeleteConflict',
      "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
    ),
  );
  await fixture.identity.write(({ put }) => put('policy', policy));
  assert.equal(await remove(), undefined);
  assert.equal(fixture.identity.state.policyByArn(PolicyArn), undefined);
  await assert.rejects(remove(), isFault('NoSuchEntity', `Policy ${PolicyArn} was not found.`));
});

test('of an attachment and a deletion at once, one is refused', async () => {
  const fixture = await openServiceFixture();
  await putHolders(fixture, 'Holder');
  await create(fixture, 'p');
  const PolicyArn = arnOf('p');
  const [deleted, attached] = await Promise.allSettled([
    fixture.call(deletePolicy, { PolicyArn }),
    fixture.call(attachedPolicyOperations.AttachUserPolicy, { UserName: 'Holder', PolicyArn }),
  ]);
  assert.equal(deleted.status, 'fulfilled');
  assert.ok(attached.status === 'rejected');
  assert.ok(
    isFault('NoSuchEntity', `Policy ${PolicyArn} does not exist or is not attachable.`)(attached.reason),
  );
});

test('what does not exist is asked about like what does, and then not found', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, 'tagged', { Tags: [{ Key: 'a', Value: 'b' }] });
  for (const [name, operation, text] of [
    ['GetPolicy', getPolicy, `Policy ${absent} was not found.`],
    ['DeletePolicy', deletePolicy, `Policy ${absent} was not found.`],
    ['ListEntitiesForPolicy', listEntitiesForPolicy, `Policy ${absent} does not exist or is not attachable.`],
  ] as const) {
    const action = `iam:${name}`;
    assert.deepEqual(fixture.questions(operation, { PolicyArn: absent }), [{ action, resource: absent }]);
    assert.deepEqual(fixture.questions(operation, { PolicyArn: arnOf('tagged') }), [
      { action, resource: arnOf('tagged'), resourceTags: [{ key: 'a', value: 'b' }] },
    ]);
    await assert.rejects(fixture.call(operation, { PolicyArn: absent }), isFault('NoSuchEntity', text));
    await assert.rejects(
      fixture.call(operation, { PolicyArn: 'longpolicynamebutnoarn' }),
      isFault('ValidationError', 'ARN longpolicynamebutnoarn is not valid.'),
    );
  }
});

test('another account’s policy is neither read nor deleted, nor AWS’s deleted', async () => {
  const fixture = await openServiceFixture();
  await create(fixture, 'p', { Tags: [{ Key: 'a', Value: 'b' }] });
  const foreign = await stranger(fixture);
  const PolicyArn = arnOf('p');
  assert.deepEqual(fixture.questions(getPolicy, { PolicyArn }, foreign), [
    { action: 'iam:GetPolicy', resource: PolicyArn },
  ]);
  await assert.rejects(
    fixture.call(getPolicy, { PolicyArn }, foreign),
    isFault('NoSuchEntity', `Policy ${PolicyArn} was not found.`),
  );
  await assert.rejects(
    fixture.call(listEntitiesForPolicy, { PolicyArn }, foreign),
    isFault('NoSuchEntity', `Policy ${PolicyArn} does not exist or is not attachable.`),
  );
  const refused = isFault('AccessDenied', 'Cannot delete policies outside your own account.');
  await assert.rejects(fixture.call(deletePolicy, { PolicyArn }, foreign), refused);
  await assert.rejects(fixture.call(deletePolicy, { PolicyArn: readOnly }), refused);
  assert.ok(stored(fixture, 'p'));
});

test('the policy of a root task can be read, and attached to nobody', async () => {
  const fixture = await openServiceFixture();
  await putHolders(fixture, 'alice');
  const PolicyArn = 'arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy';
  const policy = await get(fixture, PolicyArn);
  assert.deepEqual([policy.Path, policy.IsAttachable], ['/root-task/', false]);
  await assert.rejects(
    fixture.call(attachedPolicyOperations.AttachUserPolicy, { UserName: 'alice', PolicyArn }),
    isFault('NoSuchEntity', `Policy ${PolicyArn} does not exist or is not attachable.`),
  );
});
