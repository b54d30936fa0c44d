import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccountId, UniqueId } from '#core/identifiers';
import { Fault, type FaultCode } from '#wire/faults';
import type { AssociationResponse, PodIdentityAssociation } from '#wire/model';
import { openServiceFixture, type ServiceFixture } from '../../../test/service-fixture.ts';
import { eks } from './index.ts';

const account = '111122223333' as AccountId;
const cluster = { name: 'production', account, region: 'us-east-1', issuer: 'https://oidc.example.com/id/1' };
const clusterArn = `arn:aws:eks:us-east-1:${account}:cluster/production`;
const roleArn = `arn:aws:iam::${account}:role/app/pod`;
const input = { clusterName: 'production', namespace: 'shop', serviceAccount: 'cart', roleArn };

function isFault(code: FaultCode, text: string) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof Fault, String(error));
    assert.deepEqual({ code: error.code, text: error.text }, { code, text });
    return true;
  };
}

async function addRole(fixture: ServiceFixture, name: string, principal: object): Promise<void> {
  await fixture.identity.write(({ put }) =>
    put('role', {
      id: `AROA${name.toUpperCase().padEnd(17, 'A')}` as UniqueId,
      account: fixture.account.id,
      name,
      path: '/app/',
      createdAt: 0,
      inlinePolicies: {},
      attachedPolicies: [],
      tags: [{ key: 'team', value: 'blue' }],
      maxSessionDurationSeconds: 3600,
      trustPolicy: JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }],
      }),
      trustedIds: {},
    }),
  );
}

/** A fixture with a cluster and a role that trusts pods. */
async function open(): Promise<ServiceFixture> {
  const fixture = await openServiceFixture(account);
  fixture.clusters = [
    cluster,
    { ...cluster, name: 'elsewhere', region: 'eu-west-1' },
    { ...cluster, name: 'foreign', account: '444455556666' as AccountId },
  ];
  await addRole(fixture, 'pod', { Service: ['ec2.amazonaws.com', 'pods.eks.amazonaws.com'] });
  return fixture;
}

async function create(fixture: ServiceFixture, more: object = {}): Promise<PodIdentityAssociation> {
  const answer: AssociationResponse = await fixture.call(eks.CreatePodIdentityAssociation, {
    ...input,
    ...more,
  });
  return answer.association;
}

function named({ associationId }: PodIdentityAssociation): object {
  return { clusterName: 'production', associationId };
}

test('an association says which role the pods of a service account get', async () => {
  const fixture = await open();
  const association = await create(fixture, { tags: { Team: 'blue' } });
  assert.match(association.associationId, /^a-[a-z2-7]{17}$/);
  assert.deepEqual(association, {
    clusterName: 'production',
    namespace: 'shop',
    serviceAccount: 'cart',
    roleArn,
    associationArn: `arn:aws:eks:us-east-1:${account}:podidentityassociation/production/${association.associationId}`,
    associationId: association.associationId,
    tags: { Team: 'blue' },
    createdAt: fixture.now,
    modifiedAt: fixture.now,
    disableSessionTags: false,
  });
  assert.deepEqual(await fixture.call(eks.DescribePodIdentityAssociation, named(association)), {
    association,
  });
});

test('a service account has one association; the request that made it finds it again', async () => {
  const fixture = await open();
  const association = await create(fixture, { clientRequestToken: 'once' });
  assert.deepEqual(await create(fixture, { clientRequestToken: 'once' }), association);
  const exists = isFault(
    'ResourceInUseException',
    `Association already exists: ${association.associationId}`,
  );
  await assert.rejects(create(fixture, { clientRequestToken: 'twice' }), exists);
  await assert.rejects(create(fixture), exists);
  await assert.rejects(create(fixture, { clientRequestToken: 'once', disableSessionTags: true }), exists);
  const two = await Promise.allSettled([
    create(fixture, { serviceAccount: 'pay' }),
    create(fixture, { serviceAccount: 'pay' }),
  ]);
  assert.deepEqual(two.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
});

for (const [what, more, code, text] of [
  [
    'a role that does not exist',
    { roleArn: `arn:aws:iam::${account}:role/app/none` },
    'InvalidParameterException',
    'Role provided in the request does not exist.',
  ],
  [
    'a role by another path',
    { roleArn: `arn:aws:iam::${account}:role/pod` },
    'InvalidParameterException',
    'Role provided in the request does not exist.',
  ],
  [
    'a role of another account',
    { roleArn: 'arn:aws:iam::444455556666:role/pod' },
    'AccessDenied',
    'Cross-account pass role is not allowed.',
  ],
  [
    'what is no role',
    { roleArn: `arn:aws:iam::${account}:user/pod` },
    'InvalidParameterException',
    'Role provided in the request is not the ARN of a role.',
  ],
  [
    'a cluster that is not in the settings',
    { clusterName: 'staging' },
    'ResourceNotFoundException',
    'No cluster found for name: staging.',
  ],
  [
    'a cluster of another Region',
    { clusterName: 'elsewhere' },
    'ResourceNotFoundException',
    'No cluster found for name: elsewhere.',
  ],
  [
    'a cluster of another account',
    { clusterName: 'foreign' },
    'ResourceNotFoundException',
    'No cluster found for name: foreign.',
  ],
  [
    'a namespace that cannot be',
    { namespace: 'Shop' },
    'InvalidParameterException',
    'Shop is no name of a namespace.',
  ],
  [
    'a service account that cannot be',
    { serviceAccount: 'a/b' },
    'InvalidParameterException',
    'a/b is no name of a service account.',
  ],
  [
    'tag keys of AWS’s',
    { tags: { 'aws:x': '' } },
    'InvalidParameterException',
    'Tag keys must not begin with aws:.',
  ],
  [
    'tag keys that differ by case',
    { tags: { a: '', A: '' } },
    'InvalidParameterException',
    'Two tag keys differ by case alone.',
  ],
  [
    'tags of foreign characters',
    { tags: { a: '\n' } },
    'InvalidParameterException',
    'A tag has characters that tags cannot have.',
  ],
  [
    'a policy beside session tags',
    { policy: '{}' },
    'InvalidParameterException',
    'disableSessionTags must be true when a policy is provided.',
  ],
  [
    'a policy that is none',
    { policy: '{', disableSessionTags: true },
    'InvalidParameterException',
    'This policy contains invalid Json',
  ],
  [
    'a policy that is too long',
    { policy: ' '.repeat(2049), disableSessionTags: true },
    'InvalidParameterException',
    'The policy has more than 2048 characters.',
  ],
  [
    'a target role',
    { targetRoleArn: roleArn },
    'UnsupportedOperation',
    'Brevet does not support target roles of pod identity associations.',
  ],
] as const) {
  test(`an association is not made with ${what}`, async () => {
    const fixture = await open();
    await assert.rejects(create(fixture, more), isFault(code, text));
    assert.equal(fixture.identity.state.all('pod-identity-association').count(clusterArn), 0);
  });
}

test('an association is not made, nor changed, with a role that does not trust pods', async () => {
  const fixture = await open();
  await addRole(fixture, 'web', { Service: 'ec2.amazonaws.com' });
  await addRole(fixture, 'own', { AWS: 'arn:aws:iam::111122223333:role/pods.eks.amazonaws.com' });
  const untrusting = isFault('InvalidParameterException', 'Trust policy of the role provided is invalid.');
  for (const name of ['web', 'own'])
    await assert.rejects(create(fixture, { roleArn: roleArn.replace('pod', name) }), untrusting);
  const association = await create(fixture);
  await assert.rejects(
    fixture.call(eks.UpdatePodIdentityAssociation, {
      ...named(association),
      roleArn: roleArn.replace('pod', 'web'),
    }),
    untrusting,
  );
});

test('an update changes what it names and leaves the rest', async () => {
  const fixture = await open();
  const policy = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}';
  const first = await create(fixture, { tags: { Team: 'blue' } });
  fixture.now += 1000;
  const update = async (more: object): Promise<PodIdentityAssociation> => {
    const answer: AssociationResponse = await fixture.call(eks.UpdatePodIdentityAssociation, {
      ...named(first),
      ...more,
    });
    return answer.association;
  };
  await assert.rejects(
    update({ policy }),
    isFault('InvalidParameterException', 'disableSessionTags must be true when a policy is provided.'),
  );
  assert.deepEqual(await update({ policy, disableSessionTags: true }), {
    ...first,
    policy,
    disableSessionTags: true,
    modifiedAt: fixture.now,
  });
  await assert.rejects(
    update({ disableSessionTags: false }),
    isFault('InvalidParameterException', 'disableSessionTags must be true when a policy is provided.'),
  );
  assert.deepEqual(await update({ policy: '', disableSessionTags: false }), {
    ...first,
    modifiedAt: fixture.now,
  });
});

test('an association that is gone is found by nobody', async () => {
  const fixture = await open();
  const association = await create(fixture);
  assert.deepEqual(await fixture.call(eks.DeletePodIdentityAssociation, named(association)), { association });
  for (const operation of [
    eks.DescribePodIdentityAssociation,
    eks.UpdatePodIdentityAssociation,
    eks.DeletePodIdentityAssociation,
  ]) {
    await assert.rejects(
      fixture.call(operation, named(association)),
      isFault(
        'ResourceNotFoundException',
        `No pod identity association found for ID: ${association.associationId}.`,
      ),
    );
  }
});

test('an association is out of reach of another account, cluster and Region', async () => {
  const fixture = await open();
  const association = await create(fixture);
  const other = await fixture.addAccount('444455556666', 'other');
  const stranger = { kind: 'root', account: other, accessKeyId: 'AKIAOTHER' } as const;
  const absent = isFault(
    'ResourceNotFoundException',
    `No pod identity association found for ID: ${association.associationId}.`,
  );
  await assert.rejects(
    fixture.call(eks.DescribePodIdentityAssociation, named(association), stranger),
    absent,
  );
  await assert.rejects(
    fixture.call(eks.DescribePodIdentityAssociation, { ...named(association), clusterName: 'foreign' }),
    absent,
  );
  await assert.rejects(
    fixture.call(eks.TagResource, { resourceArn: association.associationArn, tags: { a: 'b' } }, stranger),
    isFault('NotFoundException', `The resource ${association.associationArn} could not be found.`),
  );
  fixture.region = 'eu-west-1';
  await assert.rejects(fixture.call(eks.DescribePodIdentityAssociation, named(association)), absent);
});

test('lists are of one cluster, narrowed and page by page', async () => {
  const fixture = await open();
  for (const [namespace, serviceAccount] of [
    ['shop', 'cart'],
    ['shop', 'pay'],
    ['blog', 'cart'],
  ] as const)
    await create(fixture, { namespace, serviceAccount });
  const list = async (more: object) => {
    const answer = (await fixture.call(eks.ListPodIdentityAssociations, {
      clusterName: 'production',
      ...more,
    })) as { associations: readonly { namespace: string; serviceAccount: string }[]; nextToken?: string };
    return {
      names: answer.associations.map((one) => `${one.namespace}/${one.serviceAccount}`),
      next: answer.nextToken,
    };
  };
  assert.deepEqual(await list({}), { names: ['blog/cart', 'shop/cart', 'shop/pay'], next: undefined });
  assert.deepEqual((await list({ namespace: 'shop' })).names, ['shop/cart', 'shop/pay']);
  assert.deepEqual((await list({ serviceAccount: 'cart' })).names, ['blog/cart', 'shop/cart']);
  const first = await list({ maxResults: 2 });
  assert.deepEqual(first.names, ['blog/cart', 'shop/cart']);
  assert.deepEqual(await list({ maxResults: 2, nextToken: first.next }), {
    names: ['shop/pay'],
    next: undefined,
  });
  await assert.rejects(
    list({ nextToken: 'bogus' }),
    isFault('InvalidParameterException', 'The nextToken is not valid.'),
  );
  await assert.rejects(
    list({ clusterName: 'staging' }),
    isFault('ResourceNotFoundException', 'No cluster found for name: staging.'),
  );
});

test('clusters are those of the settings, in the account and the Region', async () => {
  const fixture = await open();
  assert.deepEqual(await fixture.call(eks.ListClusters, {}), { clusters: ['production'] });
  assert.deepEqual(await fixture.call(eks.DescribeCluster, { name: 'production' }), {
    cluster: {
      name: 'production',
      arn: clusterArn,
      identity: { oidc: { issuer: 'https://oidc.example.com/id/1' } },
      status: 'ACTIVE',
    },
  });
  await assert.rejects(
    fixture.call(eks.DescribeCluster, { name: 'foreign' }),
    isFault('ResourceNotFoundException', 'No cluster found for name: foreign.'),
  );
});

test('tags are put on associations and taken off, up to fifty', async () => {
  const fixture = await open();
  const { associationArn: resourceArn } = await create(fixture, { tags: { Team: 'blue' } });
  await fixture.call(eks.TagResource, { resourceArn, tags: { team: 'red', stage: 'test' } });
  const tags = () => fixture.call(eks.ListTagsForResource, { resourceArn });
  assert.deepEqual(await tags(), { tags: { team: 'red', stage: 'test' } });
  await fixture.call(eks.UntagResource, { resourceArn, tagKeys: ['TEAM', 'none'] });
  assert.deepEqual(await tags(), { tags: { stage: 'test' } });
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, '']));
  await assert.rejects(
    fixture.call(eks.TagResource, { resourceArn, tags: many }),
    isFault('InvalidParameterException', 'A resource has at most 50 tags.'),
  );
  await assert.rejects(
    fixture.call(eks.ListTagsForResource, { resourceArn: clusterArn }),
    isFault('NotFoundException', `The resource ${clusterArn} could not be found.`),
  );
});

test('policy is asked about the cluster and the passing of the role, or about the association with its tags', async () => {
  const fixture = await open();
  assert.deepEqual(fixture.questions(eks.CreatePodIdentityAssociation, { ...input, tags: { a: 'b' } }), [
    {
      action: 'eks:CreatePodIdentityAssociation',
      resource: clusterArn,
      context: { 'aws:RequestTag/a': 'b', 'aws:TagKeys': ['a'] },
    },
    {
      action: 'iam:PassRole',
      resource: roleArn,
      resourceTags: [{ key: 'team', value: 'blue' }],
      context: { 'iam:PassedToService': 'pods.eks.amazonaws.com' },
    },
  ]);
  const association = await create(fixture, { tags: { a: 'b' } });
  const about = {
    resource: association.associationArn,
    resourceTags: [{ key: 'a', value: 'b' }],
    context: {},
  };
  assert.deepEqual(fixture.questions(eks.DeletePodIdentityAssociation, named(association)), [
    { action: 'eks:DeletePodIdentityAssociation', ...about },
  ]);
  assert.deepEqual(fixture.questions(eks.UpdatePodIdentityAssociation, { ...named(association), roleArn }), [
    { action: 'eks:UpdatePodIdentityAssociation', ...about },
    {
      action: 'iam:PassRole',
      resource: roleArn,
      resourceTags: [{ key: 'team', value: 'blue' }],
      context: { 'iam:PassedToService': 'pods.eks.amazonaws.com' },
    },
  ]);
});
